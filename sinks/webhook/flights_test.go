package webhook

import (
	"context"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"
)

// TestFlightsJoin: who asks while a call is under way gets its answer.
func TestFlightsJoin(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var f flights
		var calls atomic.Int32
		land := make(chan struct{})
		var all sync.WaitGroup
		for range 5 {
			all.Go(func() {
				res := f.do(t.Context(), flightKey{"id", "url"}, func() Response {
					calls.Add(1)
					<-land
					return Response{StatusCode: http.StatusOK}
				})
				require.Equal(t, http.StatusOK, res.StatusCode)
			})
		}
		other := f.do(t.Context(), flightKey{"id", "another url"}, func() Response { return Response{StatusCode: 201} })
		require.Equal(t, 201, other.StatusCode)
		synctest.Wait()
		close(land)
		all.Wait()
		require.EqualValues(t, 1, calls.Load())
		require.Empty(t, f.open)
	})
}

// TestFlightsAfterACut: a call that was cut off, or that panicked, answers for
// nobody else.
func TestFlightsAfterACut(t *testing.T) {
	for name, end := range map[string]func() Response{
		"cut off":  func() Response { return Response{Reason: ReasonCanceled} },
		"panicked": func() Response { panic("broken") },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { testFlightsAfterACut(t, end) })
		})
	}
}

func testFlightsAfterACut(t *testing.T, end func() Response) {
	var f flights
	key, cut := flightKey{id: "id"}, make(chan struct{})
	var all sync.WaitGroup
	all.Go(func() {
		defer func() { _ = recover() }()
		f.do(t.Context(), key, func() Response {
			<-cut
			return end()
		})
	})
	synctest.Wait()
	all.Go(func() {
		res := f.do(t.Context(), key, func() Response { return Response{StatusCode: 204} })
		require.Equal(t, 204, res.StatusCode)
	})
	patience, giveUp := context.WithCancel(t.Context())
	all.Go(func() {
		res := f.do(patience, key, func() Response { return Response{StatusCode: 500} })
		require.Equal(t, ReasonCanceled, res.Reason)
	})
	synctest.Wait()
	giveUp()
	synctest.Wait()
	close(cut)
	all.Wait()
	require.Empty(t, f.open)
}

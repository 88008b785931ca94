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

// TestFlightsJoin: who asks while a call is under way gets its answer, and who
// asks for another than the URL takes is told so.
func TestFlightsJoin(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var f flights
		var calls atomic.Int32
		land := make(chan struct{})
		var all sync.WaitGroup
		for range 5 {
			all.Go(func() {
				res := f.do(t.Context(), flightKey{"id", "url"}, 1, func() Response {
					calls.Add(1)
					<-land
					return Response{StatusCode: http.StatusOK}
				})
				require.Equal(t, http.StatusOK, res.StatusCode)
			})
		}
		other := f.do(t.Context(), flightKey{"id", "another url"}, 1, func() Response { return Response{StatusCode: 201} })
		require.Equal(t, 201, other.StatusCode)
		synctest.Wait()
		another := f.do(t.Context(), flightKey{"another id", "url"}, 1, func() Response { return Response{StatusCode: 201} })
		require.Equal(t, ReasonBusy, another.Reason)
		close(land)
		all.Wait()
		require.EqualValues(t, 1, calls.Load())
		require.Empty(t, f.open)
		require.Empty(t, f.byURL)
	})
}

// TestFlightsAfterACut: a call that was cut off, or that panicked, answers for
// nobody else.
func TestFlightsAfterACut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var f flights
		cut := make(chan struct{})
		var all sync.WaitGroup
		all.Go(func() {
			f.do(t.Context(), flightKey{id: "id"}, 0, func() Response {
				<-cut
				return Response{Reason: ReasonCanceled}
			})
		})
		synctest.Wait()
		all.Go(func() {
			res := f.do(t.Context(), flightKey{id: "id"}, 0, func() Response { return Response{StatusCode: 204} })
			require.Equal(t, 204, res.StatusCode)
		})
		given, giveUp := context.WithCancel(t.Context())
		all.Go(func() {
			res := f.do(given, flightKey{id: "id"}, 0, func() Response { return Response{StatusCode: 500} })
			require.Equal(t, ReasonCanceled, res.Reason)
		})
		synctest.Wait()
		giveUp()
		synctest.Wait()
		close(cut)
		all.Wait()

		require.Panics(t, func() { f.do(t.Context(), flightKey{id: "id"}, 0, func() Response { panic("broken") }) })
		require.Empty(t, f.open)
	})
}

package webhook

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
)

// allocsPerCall is what a call over a kept connection may allocate, the standard
// library's client and the receiver of the test among it: they make most of it.
// 86, and 9 more where races are looked for.
const allocsPerCall = 98

func TestCallAllocations(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	c := newCaller(t, Options{})
	r := Request{ID: "msg_1", EndpointID: "ep", URL: s.URL + "/hook", Body: make([]byte, 1000), Secrets: []string{newSecret(t, 1)}}
	allocated := testing.AllocsPerRun(200, func() {
		require.Empty(t, c.Call(t.Context(), r).Reason)
	})
	require.LessOrEqual(t, allocated, float64(allocsPerCall))
}

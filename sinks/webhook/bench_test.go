package webhook

import (
	"net/http"
	"strconv"
	"sync/atomic"
	"testing"
)

// BenchmarkCall is one call over a kept connection, with all that is done for
// it: the seat, the signature, the phases.
func BenchmarkCall(b *testing.B) {
	s := serve(b, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	c := newCaller(b, Options{})
	body, secret := make([]byte, 1000), newSecret(b, 1)
	var number atomic.Int64
	b.ReportAllocs()
	b.SetParallelism(4)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			res := c.Call(b.Context(), Request{
				ID: "msg_" + strconv.FormatInt(number.Add(1), 10), EndpointID: "ep", URL: s.URL + "/hook", Body: body,
				Secrets: []string{secret}, Headers: map[string]string{"X-Key": "value"},
			})
			if res.Reason != "" {
				b.Error(res.Reason)
			}
		}
	})
}

//go:build !race

package lanes

import (
	"fmt"
	"testing"
	"time"
)

// BenchmarkBoard is boarding and leaving where there is room, with a thousand
// endpoints.
func BenchmarkBoard(b *testing.B) {
	l := New(Options{Wake: func(string, int) {}})
	var calls [1000]Call
	for i := range calls {
		calls[i] = Call{Endpoint: fmt.Sprintf("ep_%d", i), Bytes: 1000, Fresh: true}
	}
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		seat, cause := l.Board(b.Context(), calls[i%len(calls)])
		if cause != Seated {
			b.Fatal(cause)
		}
		l.Leave(seat, Outcome{Verdict: Good, Took: time.Millisecond})
		i++
	}
}

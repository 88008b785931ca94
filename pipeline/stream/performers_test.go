package stream

import (
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// All that is asked for is done, whoever waits; no more wait than may, and none
// once that is over: the tests of this package end without a goroutine.
func TestPerformers(t *testing.T) {
	var p performers
	var all sync.WaitGroup
	var mu sync.Mutex
	done := map[int]int{}
	for round := range 3 {
		release := make(chan struct{})
		for i := range 2 * maxIdle {
			all.Add(1)
			p.do(func() {
				defer all.Done()
				<-release
				mu.Lock()
				defer mu.Unlock()
				done[round*2*maxIdle+i]++
			})
		}
		close(release)
		all.Wait()
	}
	require.Len(t, done, 6*maxIdle)
	for _, times := range done {
		require.Equal(t, 1, times)
	}
	eventually(t, func() bool {
		p.mu.Lock()
		defer p.mu.Unlock()
		return len(p.idle) == maxIdle
	}, "those that may wait do")
	began := make(chan struct{})
	release := make(chan struct{})
	p.do(func() {
		close(began)
		<-release
	})
	<-began
	p.close()
	close(release)
}

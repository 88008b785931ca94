package stream

import (
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// All that is asked for is done once, by no more goroutines than do it at a time;
// and none waits once that is over: the tests of this package end without one.
func TestPerformers(t *testing.T) {
	const atATime, rounds = 50, 4
	var p performers
	var all sync.WaitGroup
	var mu sync.Mutex
	done := map[int]int{}
	waiting := func() int {
		p.mu.Lock()
		defer p.mu.Unlock()
		return len(p.idle)
	}
	for round := range rounds {
		release := make(chan struct{})
		for i := range atATime {
			all.Add(1)
			p.do(func() {
				defer all.Done()
				<-release
				mu.Lock()
				defer mu.Unlock()
				done[round*atATime+i]++
			})
		}
		require.Zero(t, waiting(), "all are at work")
		close(release)
		all.Wait()
		eventually(t, func() bool { return waiting() == atATime }, "those who have done their work wait")
	}
	require.Len(t, done, rounds*atATime)
	for _, times := range done {
		require.Equal(t, 1, times)
	}
	release := make(chan struct{})
	p.do(func() { <-release })
	p.close()
	close(release)
}

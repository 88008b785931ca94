package store

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// A wake-up that is moved again and again is remembered a few times at the most.
func TestYoungForgetsStaleTimers(t *testing.T) {
	y := young{values: map[string]youngValue{}}
	for at := range int64(1000) {
		y.put(&Change{Key: "k", Value: []byte("v"), WakeAt: 1 + at}, Former{})
		y.later(Timer{1 + at, "k"})
		require.LessOrEqual(t, y.timers.Len(), 100)
	}
	first, ok := y.next()
	require.True(t, ok)
	require.Equal(t, Timer{1000, "k"}, first)
}

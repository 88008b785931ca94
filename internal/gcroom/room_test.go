package gcroom

import (
	"os"
	"runtime"
	"runtime/debug"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestShare(t *testing.T) {
	require.Equal(t, 25600, share(256<<20, 0), "an empty heap counts as a mebibyte")
	require.Equal(t, 512, share(256<<20, 50<<20))
	require.Equal(t, 100, share(256<<20, 256<<20))
	require.Equal(t, 100, share(256<<20, 8<<30), "a large heap may double, as ever")
}

// percent gives the share that the collector works by, and leaves it so.
func percent() int {
	was := debug.SetGCPercent(least)
	debug.SetGCPercent(was)
	return was
}

// The share follows the heap: it shrinks as more is held, and grows back.
func TestKeepFollowsTheHeap(t *testing.T) {
	if os.Getenv("GOGC") != "" {
		t.Skip("GOGC is set, which decides alone")
	}
	stop := Keep(64 << 20)
	require.Greater(t, percent(), least)
	held := make([]byte, 64<<20)
	collectUntil(t, func() bool { return percent() == least })
	runtime.KeepAlive(held) // and no longer
	collectUntil(t, func() bool { return percent() > least })
	stop()
	require.Equal(t, least, percent())
}

func collectUntil(t *testing.T, done func() bool) {
	t.Helper()
	require.Eventually(t, func() bool { runtime.GC(); return done() }, 5*time.Minute, time.Millisecond)
}

func TestGOGCDecidesAlone(t *testing.T) {
	t.Setenv("GOGC", "300")
	before := percent()
	Keep(1 << 30)()
	require.Equal(t, before, percent())
}

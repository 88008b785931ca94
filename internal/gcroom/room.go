package gcroom

import (
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"sync/atomic"
)

// Default is the room of our processes, in bytes. More of it gives little: at
// 256 MiB a busy tracking collects about once a second.
const Default = 256 << 20

// Go's own share: the heap may double.
const least = 100

// Keep sees to it from now on that the heap may grow by room bytes before it is
// collected. It does nothing where the environment has GOGC. It is for main:
// the collector is one for the whole process. stop gives Go's own share back.
func Keep(room uint64) (stop func()) {
	if os.Getenv("GOGC") != "" {
		return func() {}
	}
	k := &keeper{room: room}
	k.set(liveHeap())
	k.await()
	return func() {
		k.stopped.Store(true)
		debug.SetGCPercent(least)
	}
}

// keeper looks at the heap after each collection.
type keeper struct {
	room    uint64
	percent int // that is set
	stopped atomic.Bool
}

// await has the next collection call back: it finds that nothing points to the
// mark any more.
func (k *keeper) await() {
	mark := new([16]byte) // of a size that shares its place with nothing that lives on
	runtime.AddCleanup(mark, (*keeper).collected, k)
}

func (k *keeper) collected() {
	if k.stopped.Load() {
		return
	}
	k.set(liveHeap())
	k.await()
}

// set tells the collector what share the room is of what lives. To tell it
// stops the world for a moment, so small changes are not told.
func (k *keeper) set(live uint64) {
	percent := share(k.room, live)
	if near := k.percent / 8; percent > k.percent+near || percent < k.percent-near {
		k.percent = percent
		debug.SetGCPercent(percent)
	}
}

// share gives how many percent of the live heap the room is, and never less
// than Go's own.
func share(room, live uint64) int {
	return max(least, int(room*100/max(live, 1<<20)))
}

// liveHeap gives how many bytes the last collection found in use.
func liveHeap() uint64 {
	sample := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}

package stream

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Two processes with their state on disk are killed with SIGKILL again and
// again while records come; what readers see is as if nothing had happened.
func TestSigkill(t *testing.T) {
	t.Parallel()
	d := deploy(t, 4)
	kills := 12
	if testing.Short() {
		kills = 4
	}
	events := replay(100*kills, 50)
	names := []string{"one", "two"}
	dirs := []string{t.TempDir(), t.TempDir()}
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	begin := func(i int) *living {
		return d.spawn(childSettings{Instance: names[i], Dir: dirs[i], Workers: 2, Refresh: 300 * time.Millisecond})
	}
	running := []*living{begin(0), begin(1)}
	seen := 0
	for round := range kills {
		d.produce(records(events[round*100 : round*100+100])...)
		wanted := seen + 1 + random.IntN(60)
		eventually(t, func() bool { seen = len(d.read("out")); return seen >= wanted }, "the group makes progress")
		victim := random.IntN(len(running))
		running[victim].kill()
		running[victim] = begin(victim)
	}
	d.tick(time.UnixMilli(endOf(events)), 4, "first", "second")
	d.caughtUp()
	for _, l := range running {
		l.stop()
	}
	require.Equal(t, model(events, endOf(events)), d.outputs())
}

// After SIGKILL the same process reads of the changelog what lies behind its
// last flush, and nothing else (rule E2).
func TestSigkillCostsWhatWasNotFlushed(t *testing.T) {
	t.Parallel()
	d := deploy(t, 2)
	events := replay(1000, 300)
	s := childSettings{Instance: "one", Dir: t.TempDir(), Workers: 1, Refresh: time.Hour}
	killed := d.spawn(s)
	d.produce(records(events[:950])...)
	eventually(t, func() bool { return len(d.read("out")) > 800 }, "most is handled")
	before := len(d.read("state"))
	killed.flush()
	d.produce(records(events[950:])...)
	eventually(t, func() bool { return len(d.read("state")) > before }, "there is something to lose")
	killed.kill()
	after := len(d.read("state"))

	again := d.spawn(s)
	eventually(t, func() bool { return len(again.heard("a task is restored")) == 2 }, "both tasks are restored")
	read := 0
	for _, line := range again.heard("a task is restored") {
		read += int(line["records"].(float64))
	}
	t.Logf("the changelog has %d records, %d of them since the flush; the restore has read %d", after, after-before, read)
	require.LessOrEqual(t, read, after-before)
	require.Positive(t, read)
	d.tick(time.UnixMilli(endOf(events)), 2, "first", "second")
	d.caughtUp()
	again.stop()
	require.Equal(t, model(events, endOf(events)), d.outputs())
}

// caughtUp waits until the group, wherever it runs, has handled all there is.
func (d *deployment) caughtUp() {
	d.t.Helper()
	r, err := New(d.config(Log), tally{})
	require.NoError(d.t, err)
	require.NoError(d.t, r.Caught(d.ctx()))
}

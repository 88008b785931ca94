package stream

import (
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kgo"
)

// A process is stopped in the middle of its work for longer than its session
// and its transaction last, and goes on when another has its tasks: nothing
// that it still believes is seen by readers, and it joins the group anew.
func TestSigstop(t *testing.T) {
	t.Parallel()
	d := deploy(t, 4)
	events := replay(400, 40)
	begin := func(name string) *living {
		return d.spawn(childSettings{Instance: name, Dir: t.TempDir(), Workers: 1, Refresh: time.Hour})
	}
	stopped, other := begin("one"), begin("two")
	ready := func(l *living) int { return len(l.heard("task is ready")) }
	eventually(t, func() bool { return ready(stopped) > 0 && ready(other) > 0 }, "both work")

	d.produce(records(events[:200])...)
	eventually(t, func() bool { return len(d.readAs(kgo.ReadUncommitted(), "out")) > 20 }, "there is something to break off")
	require.NoError(t, stopped.cmd.Process.Signal(syscall.SIGSTOP))
	d.produce(records(events[200:])...)
	before := ready(other)
	eventually(t, func() bool { return ready(other) > before }, "the other takes over")
	d.tick(time.UnixMilli(endOf(events)), 4, "first", "second")
	d.caughtUp()
	require.Equal(t, model(events, endOf(events)), d.outputs())

	before = ready(stopped)
	require.NoError(t, stopped.cmd.Process.Signal(syscall.SIGCONT))
	eventually(t, func() bool { return ready(stopped) > before }, "it works again")
	stopped.stop()
	other.stop()
	require.Equal(t, model(events, endOf(events)), d.outputs())
}

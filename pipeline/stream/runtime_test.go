package stream

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// The whole way through, and through a restart in order.
func TestReplayThroughRestart(t *testing.T) {
	d := deploy(t, 4)
	events := replay(400, 20)
	d.produce(records(events[:250])...)
	i := d.start(d.config(Log))
	eventually(t, func() bool { return len(d.read("out")) > 50 }, "something is handled")
	i.stop()
	i = d.start(d.config(Log))
	d.produce(records(events[250:])...)
	d.tick(time.UnixMilli(endOf(events)), 4, "first", "second")
	i.caught()
	i.stop()
	require.Equal(t, model(events, endOf(events)), d.outputs())
}

package stream

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kgo"
)

// The trap: the end of a transaction commits everything that was polled. A
// worker that has handled the first of two records and dies has lost the other.
func TestTrapPolledClient(t *testing.T) {
	t.Parallel()
	d := deploy(t, 1)
	d.produce(&kgo.Record{Topic: "first", Value: []byte("handled")}, &kgo.Record{Topic: "first", Value: []byte("waiting")})
	member := d.bare("m")
	require.Equal(t, "handled", first(t, member.PollRecords(d.ctx(), 2)))
	require.NoError(t, member.Begin())
	committed, err := member.End(d.ctx(), kgo.TryCommit)
	require.NoError(t, err)
	require.True(t, committed)
	require.EqualValues(t, 2, d.offset(d.prefix+"g", "first"))
}

// Rule E4: what waits in our queues is not committed. It watches over the hook
// in commit, which replaces the client's offsets by ours.
func TestTrapPolled(t *testing.T) {
	t.Parallel()
	d := deploy(t, 1)
	events := []event{{"first", "k", 1000, "+1"}, {"second", "k", 2000, "+2"}, {"first", "k", 3000, "+4"}, {"first", "k", 4000, "+8"}}
	d.produce(records(events)...)
	net := newNetwork(t, nil)
	cfg := d.config(Log)
	cfg.TransactionTimeout = time.Second
	i := d.start(net.through(cfg))
	// Those at 3000 and 4000 wait: an earlier one may still come on second.
	eventually(t, func() bool { return len(d.outputs()["k"]) == 2 }, "the first two are handled")
	require.EqualValues(t, 1, d.offset(i.cfg.group(), "first"))
	require.EqualValues(t, 1, d.offset(i.cfg.group(), "second"))
	net.set(false)
	i.cancel()
	i = d.start(cfg)
	d.tick(time.UnixMilli(5000), 1, "first", "second")
	i.caught()
	i.stop()
	require.Equal(t, model(events, 5000), d.outputs())
}

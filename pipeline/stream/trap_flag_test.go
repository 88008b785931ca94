package stream

import (
	"context"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kgo"
)

// The trap: after partitions were revoked the next transaction is aborted,
// though nothing was open when they went, and it has nothing to do with them.
func TestTrapFlagClient(t *testing.T) {
	t.Parallel()
	d := deploy(t, 2)
	member := d.revoked()
	require.NoError(t, member.Begin())
	require.NoError(t, member.ProduceSync(d.ctx(), &kgo.Record{Topic: d.prefix + "out", Value: []byte("x")}).FirstErr())
	committed, err := member.End(d.ctx(), kgo.TryCommit)
	require.NoError(t, err)
	require.False(t, committed)
}

// revoked is a group member that has had a partition taken away.
func (d *deployment) revoked() *kgo.GroupTransactSession {
	d.t.Helper()
	gone := make(chan struct{}, 2)
	// The session of the client has callbacks of its own and calls ours.
	member := d.bare("m", kgo.HeartbeatInterval(100*time.Millisecond),
		kgo.OnPartitionsRevoked(func(_ context.Context, _ *kgo.Client, lost map[string][]int32) {
			if len(lost) > 0 {
				gone <- struct{}{}
			}
		}))
	d.produce(&kgo.Record{Topic: "first", Value: []byte("x")})
	require.Equal(d.t, "x", first(d.t, member.PollRecords(d.ctx(), 1)))
	other := d.bare("other", kgo.HeartbeatInterval(100*time.Millisecond))
	ctx, cancel := context.WithCancel(d.ctx())
	joined := make(chan struct{})
	go func() {
		defer close(joined)
		other.PollRecords(ctx, 1)
	}()
	await(d.t, gone)
	cancel()
	<-joined
	return member
}

// A hand-over costs no transaction: none is in doubt, and no session begins
// anew. It watches over clearRebalance.
func TestTrapFlag(t *testing.T) {
	t.Parallel()
	d := deploy(t, 4)
	registry := prometheus.NewRegistry()
	cfg := d.config(Live)
	cfg.Registerer, cfg.SessionTimeout = registry, 6*time.Second
	one := d.start(cfg)
	eventually(t, func() bool { return len(one.Progress()) == 4 }, "one has all tasks")
	cfg.Instance, cfg.Registerer, cfg.LeaveOnShutdown = "two", nil, true
	for range 2 {
		two := d.start(cfg)
		eventually(t, func() bool { return len(one.Progress()) == 2 && len(two.Progress()) == 2 }, "each has two")
		for _, key := range keys(4) {
			d.plus(key)
		}
		one.caught()
		two.stop()
		eventually(t, func() bool { return len(one.Progress()) == 4 }, "one has all again")
	}
	require.InDelta(t, 1, metric(t, registry, "waybill_stream_sessions_total", "tally"), 0)
	require.InDelta(t, 0, metric(t, registry, "waybill_stream_transactions_total", "unsure"), 0)
	require.Positive(t, metric(t, registry, "waybill_stream_transactions_total", "committed"))
}

package stream

import (
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// A process that stands still in the middle of a transaction, for longer than
// its session and its transaction last, is replaced. When it goes on, what it
// sends is refused, readers see nothing of it, and it works again as one of two.
func TestZombie(t *testing.T) {
	t.Parallel()
	d := deploy(t, 2)
	events := replay(180, 10)
	part := func(n int) { d.produce(records(events[n*60 : n*60+60])...) }
	registry := prometheus.NewRegistry()
	cfg := d.config(Log)
	cfg.SessionTimeout, cfg.TransactionTimeout, cfg.CommitInterval = 6*time.Second, 5*time.Second, time.Millisecond
	net := newNetwork(t, nth(kmsg.EndTxn, 2, stall))
	successor := cfg
	cfg.Registerer = registry
	zombie := d.start(net.through(cfg))
	part(0)
	eventually(t, func() bool { return net.hasFallen() || zombie.committed() }, "work begins")
	part(1)
	await(t, net.fell)
	require.NotEmpty(t, zombie.Progress(), "it believes in its tasks")
	seen := len(d.read("out"))
	require.Greater(t, len(d.readAs(kgo.ReadUncommitted(), "out")), seen, "it has written what it could not commit")

	successor.Instance = "two"
	two := d.start(successor)
	eventually(t, func() bool { return len(two.Progress()) == 2 }, "the successor has the tasks")
	eventually(t, func() bool { return len(d.read("out")) > seen }, "the successor does the work")
	net.thaw()
	refused := func() bool {
		broken := "waybill_stream_sessions_broken_total"
		return metric(t, registry, broken, "fenced")+metric(t, registry, broken, "unsure") > 0
	}
	eventually(t, refused, "the zombie is told")
	eventually(t, func() bool { return len(zombie.Progress()) == 1 && len(two.Progress()) == 1 }, "they share")
	part(2)
	d.tick(time.UnixMilli(endOf(events)), 2, "first", "second")
	two.caught()
	require.Equal(t, model(events, endOf(events)), d.outputs())
}

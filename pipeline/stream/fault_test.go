package stream

import (
	"bytes"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"

	"waybill/pipeline/stream/store"
)

func batchWith(m store.Mark) store.Batch { return store.Batch{Mark: m} }

// Answers of the broker that fail the end of a transaction or leave it in
// doubt: no loss, no double (rule E4).
func TestBrokerRefuses(t *testing.T) {
	faults := map[string]func(d *deployment) kfake.Fault{
		"the offsets": func(d *deployment) kfake.Fault {
			return kfake.Fault{Keys: []kmsg.Key{kmsg.TxnOffsetCommit}, Err: kerr.IllegalGeneration}
		},
		"the offsets, in doubt": func(d *deployment) kfake.Fault {
			return kfake.Fault{Keys: []kmsg.Key{kmsg.TxnOffsetCommit}, Topic: d.prefix + "second", Err: kerr.UnknownServerError}
		},
		"the end": func(d *deployment) kfake.Fault {
			return kfake.Fault{Keys: []kmsg.Key{kmsg.EndTxn}, TxnID: d.prefix + "tally-one-0", Err: kerr.InvalidProducerEpoch}
		},
		"the end, in doubt": func(d *deployment) kfake.Fault {
			return kfake.Fault{Keys: []kmsg.Key{kmsg.EndTxn}, TxnID: d.prefix + "tally-one-0", Err: kerr.UnknownServerError}
		},
		"the end, by another": func(d *deployment) kfake.Fault {
			return kfake.Fault{Keys: []kmsg.Key{kmsg.EndTxn}, TxnID: d.prefix + "tally-one-0", Err: kerr.ProducerFenced}
		},
	}
	for name, fault := range faults {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			replayRefused(t, fault)
		})
	}
}

// replayRefused runs a replay during which the broker refuses two requests.
func replayRefused(t *testing.T, fault func(d *deployment) kfake.Fault) {
	t.Helper()
	d := deploy(t, 2)
	if d.fake == nil {
		t.Skip("needs a broker that can be made to fail: WAYBILL_TEST_KAFKA names a real one")
	}
	events := replay(150, 10)
	cfg := d.config(Log)
	cfg.CommitInterval = time.Millisecond
	f := fault(d)
	f.Count = 2
	handle := d.fake.Fault(f)
	i := d.start(cfg)
	feed(d, events, i, func() bool { return handle.Hits() > 0 })
	i.caught()
	i.stop()
	require.Equal(t, 2, handle.Hits())
	require.Equal(t, model(events, endOf(events)), d.outputs())
}

// lines is a log that can be read while it is written.
type lines struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(p)
}

func (l *lines) count(part string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Count(l.buf.String(), part)
}

// A broker that is away, at the start or in the middle of a transaction, is no
// reason to end: it is said once, and work goes on by itself.
func TestBrokerAway(t *testing.T) {
	t.Parallel()
	d := deploy(t, 2)
	events := replay(150, 10)
	net := newNetwork(t, nil)
	net.set(false)
	cfg := d.config(Log)
	cfg.TransactionTimeout = 500 * time.Millisecond
	log := &lines{}
	cfg.Logger = slog.New(slog.NewTextHandler(log, nil))
	i := d.start(net.through(cfg))
	eventually(t, func() bool { return log.count("looking at the topics does not work") == 1 }, "the reason is said")
	net.set(true)
	d.produce(records(events[:70])...)
	eventually(t, func() bool { return len(d.read("out")) > 20 }, "work has begun")
	net.set(false)
	d.produce(records(events[70:])...)
	eventually(t, func() bool { return log.count("worker ") > 0 || log.count("restoring ") > 0 || !i.Ready() }, "the loss is noticed")
	net.set(true)
	d.tick(time.UnixMilli(endOf(events)), 2, "first", "second")
	eventually(t, func() bool { return len(d.outputs()) > 0 && metricsCaught(i) }, "work goes on by itself")
	i.stop()
	require.Equal(t, model(events, endOf(events)), d.outputs())
	require.LessOrEqual(t, log.count("does not work"), 12, "reasons are not repeated")
}

// A broker that is away while there is nothing to do is said as well: by the
// log, with the reason, and by metrics that grow. Nobody dials without end.
func TestBrokerAwayWhileIdle(t *testing.T) {
	t.Parallel()
	d := deploy(t, 2)
	net := newNetwork(t, nil)
	registry := prometheus.NewRegistry()
	log := &lines{}
	cfg := d.config(Live)
	cfg.SessionTimeout, cfg.Registerer, cfg.Logger = 6*time.Second, registry, slog.New(slog.NewTextHandler(log, nil))
	i := d.start(net.through(cfg))
	d.plus("k")
	i.caught()
	net.set(false)
	before := net.dialed()
	silence := func() float64 { return metric(t, registry, "waybill_stream_broker_silence_seconds", "tally") }
	eventually(t, func() bool { return log.count("does not work, trying again") > 0 }, "the reason is said")
	eventually(t, func() bool { return silence() > 3 }, "the silence is shown")
	lag := metric(t, registry, "waybill_stream_lag_seconds", "0")
	require.True(t, lag == -1 || lag > 2, "the lag grows, or the task has gone: %v", lag)
	// A handful of clients dial every quarter of a second or less often.
	require.Less(t, net.dialed()-before, 40*int(1+silence()), "dials")
	net.set(true)
	d.plus("k")
	eventually(t, func() bool { return strings.HasPrefix(d.last("k"), "sum 2 at") }, "work goes on by itself")
	require.Less(t, silence(), 3.0)
	i.stop()
}

// metricsCaught tells whether the group has committed all there is, through a
// client that is not on the broken network.
func metricsCaught(i *instance) bool {
	for _, p := range i.Progress() {
		for _, in := range p.Inputs {
			if !in.Ended {
				return false
			}
		}
	}
	return len(i.Progress()) == 2
}

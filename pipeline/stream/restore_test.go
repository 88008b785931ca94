package stream

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/pipeline/stream/layout"
)

// sums are the sums on the output topic of a key, without their times.
func (d *deployment) last(key string) string {
	d.t.Helper()
	all := d.outputs()[key]
	if len(all) == 0 {
		return ""
	}
	return all[len(all)-1]
}

// plus produces one +1 for a key.
func (d *deployment) plus(key string) {
	d.t.Helper()
	d.produce(&kgo.Record{Topic: "first", Partition: -1, Key: []byte(key), Value: []byte("+1")})
}

// writer opens a transaction that writes to the changelog, as the former owner
// of the partition would.
func (d *deployment) writer() *kgo.Client {
	d.t.Helper()
	w, err := kgo.NewClient(kgo.SeedBrokers(d.brokers...), kgo.TransactionalID(d.prefix+"former"), kgo.TransactionTimeout(30*time.Second),
		kgo.RecordPartitioner(kgo.ManualPartitioner()))
	require.NoError(d.t, err)
	d.t.Cleanup(w.Close)
	require.NoError(d.t, w.BeginTransaction())
	value, err := tally{}.EncodeState(appendEnvelopeHead(nil, 0), &tallyState{sum: 100})
	require.NoError(d.t, err)
	require.NoError(d.t, w.ProduceSync(d.ctx(), &kgo.Record{Topic: d.prefix + "state", Key: []byte("k"), Value: value}).FirstErr())
	return w
}

// Rule E5: markers, aborted transactions and gaps that compaction left take
// offsets, and restore still ends, and is right.
func TestRestoreThroughMarkersAndGaps(t *testing.T) {
	t.Parallel()
	d := deploy(t, 1)
	cfg := d.config(Live)
	i := d.start(cfg)
	for n := range 20 {
		d.plus("k")
		d.plus(fmt.Sprint("other", n%3))
		i.caught()
	}
	d.produce(&kgo.Record{Topic: "first", Key: []byte("other0"), Value: []byte("gone")})
	i.caught()
	i.stop()
	require.NoError(t, d.writer().EndTransaction(d.ctx(), kgo.TryAbort))
	if d.fake != nil {
		d.fake.Compact()
		require.Less(t, len(d.read("state")), 20, "compaction has done something")
		require.NoError(t, d.writer().EndTransaction(d.ctx(), kgo.TryAbort))
	}
	i = d.start(cfg)
	d.plus("k")
	d.plus("other0")
	i.caught()
	i.stop()
	require.Contains(t, d.last("k"), "sum 21 at")
	require.Contains(t, d.last("other0"), "sum 1 at", "what was removed stays so")
}

// The former owner's last transaction may still be closing: its records are
// waited for.
func TestRestoreWaitsForOpenTransaction(t *testing.T) {
	t.Parallel()
	d := deploy(t, 1)
	cfg := d.config(Live)
	i := d.start(cfg)
	d.plus("k")
	i.caught()
	i.stop()
	former := d.writer()
	d.plus("k")
	i = d.start(cfg)
	// The input is polled and waits; the task is not ready before the end of
	// the transaction is known, and nobody of the group has it, so it is not
	// ended here.
	waited, cancel := context.WithTimeout(context.Background(), 4*fenceAfter)
	defer cancel()
	require.Error(t, i.Caught(waited))
	require.False(t, i.Ready())
	require.NoError(t, former.EndTransaction(d.ctx(), kgo.TryCommit))
	i.caught()
	i.stop()
	require.Contains(t, d.last("k"), "sum 101 at")
}

// What would be a silent replay, or silent loss, is refused with a way out.
func TestRefusals(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name string
		harm func(d *deployment, admin *kadm.Client, group string)
		says string
	}{
		{"offsets expired", func(d *deployment, admin *kadm.Client, group string) {
			_, err := admin.DeleteGroup(d.ctx(), group)
			require.NoError(d.t, err)
		}, "records of state, but group"},
		{"offsets expired, and no key has state", func(d *deployment, admin *kadm.Client, group string) {
			i := d.start(d.config(Live))
			d.produce(&kgo.Record{Topic: "first", Key: []byte("k"), Value: []byte("gone")})
			i.caught()
			i.stop()
			d.evict(group, d.prefix+"tally-one-0")
			_, err := admin.DeleteGroup(d.ctx(), group)
			require.NoError(d.t, err)
		}, "records of state, but group"},
		{"input made anew", func(d *deployment, admin *kadm.Client, _ string) {
			d.remove("first")
			d.create(1, "first")
		}, "the topic was deleted and made anew since"},
		{"changelog made anew", func(d *deployment, admin *kadm.Client, _ string) {
			d.remove("state")
			d.createCompacted(1, "state")
		}, "so the state is lost"},
		{"records removed before they were handled", func(d *deployment, _ *kadm.Client, _ string) {
			d.plus("k")
			d.plus("k")
			d.removeRecords("first", 4)
		}, "the log begins at 4, so retention has removed records"},
		{"offset beyond the end", func(d *deployment, admin *kadm.Client, group string) {
			var far kadm.Offsets
			far.AddOffset(d.prefix+"first", 0, 1000, -1)
			require.NoError(d.t, admin.CommitAllOffsets(d.ctx(), group, far))
		}, "the log ends at 3, so it was truncated or made anew"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			d := deploy(t, 1)
			cfg := d.config(Live)
			cfg.LeaveOnShutdown = true // or the group could not be deleted
			i := d.start(cfg)
			for range 3 {
				d.plus("k")
			}
			i.caught()
			i.stop()
			c.harm(d, kadm.NewClient(d.client), i.cfg.group())
			require.ErrorContains(t, d.start(cfg).end(), c.says)
		})
	}
}

// A store whose mark does not fit the changelog is wiped, one that fits is
// carried on from there.
func TestStoreIsCarriedOn(t *testing.T) {
	t.Parallel()
	d := deploy(t, 1)
	cfg := d.config(Live)
	i := d.start(cfg)
	d.plus("a")
	d.plus("b")
	i.caught()
	i.stop()
	r := d.prepared(cfg)
	st := memoryStore(t)
	committed := map[string]layout.Committed{"first": {Offset: 2}}
	registry := prometheus.NewRegistry()
	registry.MustRegister(r.metrics.restored)
	read := func() int { return int(metric(t, registry, "waybill_stream_restored_records_total", "tally")) }
	restore := func() (records int) {
		before := read()
		_, err := r.restorer.restore(d.ctx(), 0, st, committed)
		require.NoError(t, err)
		keys, _ := st.Size()
		require.Equal(t, 2, keys)
		return read() - before
	}
	require.Equal(t, 2, restore(), "an empty store reads all")
	require.Equal(t, 0, restore(), "one at the end reads nothing")
	for what, spoil := range map[string]func(m *[16]byte, offset *int64, at *time.Time){
		"another topic":  func(id *[16]byte, _ *int64, _ *time.Time) { id[0]++ },
		"beyond the end": func(_ *[16]byte, offset *int64, _ *time.Time) { *offset += 100 },
		"before the log": func(_ *[16]byte, offset *int64, _ *time.Time) { *offset = -1 },
		"too old":        func(_ *[16]byte, _ *int64, at *time.Time) { *at = at.Add(-2 * r.log.lifetime()) },
	} {
		mark := st.Mark()
		spoil(&mark.TopicID, &mark.Offset, &mark.At)
		require.NoError(t, apply(st, batchWith(mark)))
		require.Equal(t, 2, restore(), what)
	}
}

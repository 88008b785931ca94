package stream

import (
	"context"
	"fmt"
	"regexp"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"waybill/pipeline/stream/layout"
	"waybill/pipeline/stream/reshard"
	"waybill/pipeline/stream/store"
)

// move is a job of the tests that is moved to more partitions.
func (d *deployment) move(to int32) reshard.Config {
	return reshard.Config{
		Brokers: d.brokers, Prefix: d.prefix, App: "tally", Inputs: []string{"first", "second", "rerouted"}, Changelog: "state",
		Partitions: to, WindowBytes: 1000, // a few keys at a time
	}
}

// movable is its configuration on the runtime.
func (d *deployment) movable() Config {
	cfg := d.config(Live)
	cfg.Rerouted, cfg.LeaveOnShutdown = "rerouted", true
	return cfg
}

// everyone adds 1 to each key, with a wake-up for the odd ones.
func everyone(keys int, wake string) (out []*kgo.Record) {
	for n := range keys {
		e := event{"first", fmt.Sprint("k", n), time.Now().UnixMilli(), "+1"}
		if n%2 == 1 {
			e.topic, e.value = "second", e.value+wake
		}
		out = append(out, records([]event{e})...)
	}
	return out
}

// timeless are the outputs without their times.
func (d *deployment) timeless() map[string][]string {
	at := regexp.MustCompile(` at \d+$`)
	out := d.outputs()
	for _, values := range out {
		for i := range values {
			values[i] = at.ReplaceAllString(values[i], "")
		}
	}
	return out
}

// homes requires that each key has state on the one partition where it belongs.
func (d *deployment) homes(keys int, partitions int32) {
	d.t.Helper()
	type place struct {
		key       string
		partition int32
	}
	live := map[place]bool{}
	for _, r := range d.read("state") {
		live[place{string(r.Key), r.Partition}] = r.Value != nil
	}
	found := 0
	for at, lives := range live {
		if lives {
			found++
			require.Equal(d.t, layout.PartitionOf([]byte(at.key), int(partitions)), at.partition, at.key)
		}
	}
	require.Equal(d.t, keys, found)
}

// A job goes on after it was moved as if it had not been: every key has its
// state, what was to be woken is woken once, stream time does not run back, and
// the stores on this machine learn of the move from the changelog's end.
func TestReshard(t *testing.T) {
	t.Parallel()
	for _, counts := range [][]int32{{4, 12}, {4, 6, 7, 12}, {1, 2, 3}} {
		t.Run(fmt.Sprint(counts), func(t *testing.T) {
			t.Parallel()
			const keys = 60
			d := deploy(t, counts[0])
			cfg := d.movable()
			cfg.State = store.NewMemoryDatabase()
			i := d.start(cfg)
			d.produce(everyone(keys, ",in 4000")...)
			i.caught()
			var highest time.Time
			for _, p := range i.Progress() {
				if at := p.StreamTime.Truncate(time.Millisecond); at.After(highest) {
					highest = at
				}
			}
			i.stop()
			var report *reshard.Report
			written := int64(0)
			for _, to := range counts[1:] {
				var err error
				move, done, due := d.move(to), int64(0), int64(0)
				move.Written = func(now, of int64) { done, due = now, of }
				report, err = reshard.Run(t.Context(), move)
				require.NoError(t, err)
				require.Positive(t, report.Moved)
				require.Equal(t, due, done)
				require.GreaterOrEqual(t, done, report.Moved)
				written += 2 * report.Moved // the copy and, for a value, the tombstone
				require.False(t, report.StreamTime.Before(highest))
				d.homes(keys, to)
			}
			registry := prometheus.NewRegistry()
			cfg.Registerer = registry
			i = d.start(cfg)
			eventually(t, func() bool { return len(i.Progress()) == int(report.To) && i.Ready() }, "all partitions are at work")
			for _, p := range i.Progress() {
				require.False(t, p.StreamTime.Before(highest))
			}
			require.LessOrEqual(t, metric(t, registry, "waybill_stream_restored_records_total", "tally"), float64(written), "what was moved is read, and nothing else")
			eventually(t, func() bool { return len(d.read("out")) == keys*3/2 }, "everyone is woken")
			d.produce(everyone(keys, "")...)
			eventually(t, func() bool { return len(d.read("out")) == keys*5/2 }, "everyone is heard")
			i.stop()
			outputs := d.timeless()
			for n := range keys {
				wants := []string{"sum 1", "sum 2"}
				if n%2 == 1 {
					wants = []string{"sum 1", "woken 1", "sum 2"}
				}
				require.Equal(t, wants, outputs[fmt.Sprint("k", n)])
			}
			require.Empty(t, d.read("dead"))
		})
	}
}

// A run that dies at any point has done nothing or all, and a second one goes
// on from there. In between no instance works on the wrong layout.
func TestReshardKilled(t *testing.T) {
	t.Parallel()
	const moved = "run `waybill reshard`"
	points := []struct {
		key  kmsg.Key
		n    int
		fate fate
		says string // what a start says then, "" if it works
	}{
		{kmsg.DescribeGroups, 1, killAfter, ""},
		{kmsg.CreatePartitions, 1, killBefore, ""},
		{kmsg.CreatePartitions, 1, killAfter, moved},
		{kmsg.CreatePartitions, 3, killAfter, moved},
		{kmsg.CreatePartitions, 4, killAfter, moved},
		{kmsg.JoinGroup, 1, killAfter, moved},
		{kmsg.InitProducerID, 1, killAfter, ""},
		{kmsg.InitProducerID, 2, killAfter, moved},
		{kmsg.Produce, 1, killAfter, moved},
		{kmsg.TxnOffsetCommit, 1, killBefore, moved},
		{kmsg.TxnOffsetCommit, 1, killAfter, moved},
		{kmsg.EndTxn, 1, killBefore, moved},
		{kmsg.EndTxn, 1, killAfter, ""},
	}
	for _, p := range points {
		t.Run(fmt.Sprintf("%v %d %d", p.key.Name(), p.n, p.fate), func(t *testing.T) {
			t.Parallel()
			const keys = 30
			d := deploy(t, 2)
			cfg := d.movable()
			i := d.start(cfg)
			d.produce(everyone(keys, "")...)
			i.caught()
			i.stop()
			net := newNetwork(t, nth(p.key, p.n, p.fate))
			broken := d.move(5)
			broken.ClientOpts = []kgo.Opt{kgo.Dialer(net.dial)}
			ctx, kill := context.WithCancel(t.Context())
			done := make(chan error, 1)
			go func() {
				_, err := reshard.Run(ctx, broken)
				done <- err
			}()
			await(t, net.fell)
			if p.fate == killAfter {
				await(t, net.answered)
			}
			kill()
			require.Error(t, <-done)
			if p.says != "" {
				require.ErrorContains(t, d.start(cfg).end(), p.says)
			}
			_, err := reshard.Run(t.Context(), d.move(5))
			require.NoError(t, err)
			d.homes(keys, 5)
			i = d.start(cfg)
			d.produce(everyone(keys, "")...) // by the old count, as this client knows it
			eventually(t, func() bool { return len(d.read("out")) == 2*keys }, "everyone is heard")
			i.stop()
			for key, values := range d.timeless() {
				require.Equal(t, []string{"sum 1", "sum 2"}, values, key)
			}
		})
	}
}

// Producers that have not heard of the growth, and those that found the new
// partitions before the job was moved, are heard all the same.
func TestReshardWithProducers(t *testing.T) {
	t.Parallel()
	const keys = 30
	d := deploy(t, 2)
	cfg := d.movable()
	i := d.start(cfg)
	d.produce(everyone(keys, "")...)
	i.caught()
	i.stop()
	d.grow(6, "first", "second") // by hand, and as a run would begin
	eventually(t, func() bool {
		d.client.ForceMetadataRefresh()
		first, _, _ := d.client.PartitionLeader(d.prefix+"first", 7)
		second, _, _ := d.client.PartitionLeader(d.prefix+"second", 7)
		return first >= 0 && second >= 0
	}, "producers have heard of it")
	d.produce(everyone(keys, "")...)
	report, err := reshard.Run(t.Context(), d.move(8))
	require.NoError(t, err)
	require.Positive(t, report.Waiting)
	late := everyone(keys, "")
	for _, r := range late {
		r.Partition = layout.PartitionOf(r.Key, 2)
	}
	d.produce(late...)
	i = d.start(cfg)
	eventually(t, func() bool { return len(d.read("out")) == 3*keys }, "everyone is heard")
	i.stop()
	outputs := d.timeless()
	require.Len(t, outputs, keys)
	for key, values := range outputs {
		require.Equal(t, []string{"sum 1", "sum 2", "sum 3"}, values, key)
	}
}

// What must not be moved is refused, with the way out, and nothing changes.
func TestReshardRefusals(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name string
		to   int32
		harm func(d *deployment, i *instance)
		says string
	}{
		{"fewer", 1, nil, "Kafka cannot take partitions away"},
		{"records wait", 4, func(d *deployment, _ *instance) { d.plus("k") }, "has not handled"},
		{"offsets expired", 4, func(d *deployment, i *instance) {
			_, err := kadm.NewClient(d.client).DeleteGroup(d.ctx(), i.cfg.group())
			require.NoError(d.t, err)
		}, "holds records, but there is no offset"},
		{"an input made anew", 4, func(d *deployment, _ *instance) { d.remake(2, "second") }, "second has gone: the topic was deleted and made anew since"},
		{"all inputs made anew", 4, func(d *deployment, _ *instance) { d.remake(2, "first", "second", "rerouted") }, "holds records, but there is no offset for that partition of any input. Start an instance"},
		{"missing", 4, func(d *deployment, _ *instance) {
			d.remove("rerouted")
		}, "UNKNOWN_TOPIC_OR_PARTITION"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			d := deploy(t, 2)
			i := d.start(d.movable())
			d.plus("k")
			i.caught()
			i.stop()
			if c.harm != nil {
				c.harm(d, i)
			}
			_, err := reshard.Run(t.Context(), d.move(c.to))
			require.ErrorContains(t, err, c.says)
			details, err := kadm.NewClient(d.client).ListTopics(d.ctx(), d.prefix+"state")
			require.NoError(t, err)
			require.Len(t, details[d.prefix+"state"].Partitions, 2, "nothing was grown")
		})
	}
}

// A group with instances is not moved, nor does an instance start while it is.
func TestReshardNeedsTheGroup(t *testing.T) {
	t.Parallel()
	d := deploy(t, 2)
	cfg := d.movable()
	i := d.start(cfg)
	d.plus("k")
	i.caught()
	impatient := d.move(4)
	impatient.Patience = 300 * time.Millisecond
	_, err := reshard.Run(t.Context(), impatient)
	require.ErrorContains(t, err, "it has members ("+d.prefix+"tally-one-0). Stop all instances")
	i.stop()

	dry := d.move(4)
	dry.DryRun = true
	report, err := reshard.Run(t.Context(), dry)
	require.NoError(t, err)
	require.EqualValues(t, 2, report.From)
	require.Len(t, report.Grown, 4)
	i = d.start(cfg)
	d.plus("k")
	i.caught()
	i.stop()
	require.Contains(t, d.last("k"), "sum 2 at", "a dry run changes nothing")

	// Offsets without a note do not tell how many partitions there were.
	var unnoted kadm.Offsets
	fetched, err := kadm.NewClient(d.client).FetchOffsets(d.ctx(), i.cfg.group())
	require.NoError(t, err)
	for _, o := range fetched.Offsets().Sorted() {
		o.Metadata = ""
		unnoted.Add(o)
	}
	require.NoError(t, kadm.NewClient(d.client).CommitAllOffsets(d.ctx(), i.cfg.group(), unnoted))
	_, err = reshard.Run(t.Context(), d.move(4))
	require.NoError(t, err)
	report, err = reshard.Run(t.Context(), d.move(4))
	require.NoError(t, err)
	require.EqualValues(t, 4, report.From, "it was done before")
	require.Zero(t, report.Moved)
	d.homes(1, 4)
}

// A run that loses its place in the group while it copies commits nothing:
// somebody may have worked meanwhile.
func TestReshardLosesItsPlace(t *testing.T) {
	t.Parallel()
	const keys = 30
	d := deploy(t, 2)
	cfg := d.movable()
	i := d.start(cfg)
	d.produce(everyone(keys, "")...)
	i.caught()
	i.stop()
	m := d.move(5)
	evicted := false
	m.Progress = func(_, _ int64) {
		if evicted {
			return
		}
		evicted = true
		d.evict(i.cfg.group(), i.cfg.group()+"-reshard")
		eventually(t, func() bool {
			groups, err := kadm.NewClient(d.client).DescribeGroups(d.ctx(), i.cfg.group())
			return err == nil && len(groups[i.cfg.group()].Members) == 1 && groups[i.cfg.group()].State == "Stable"
		}, "it has joined anew")
	}
	_, err := reshard.Run(t.Context(), m)
	require.ErrorContains(t, err, "run again")
	d.homes(keys, 2)
	require.ErrorContains(t, d.start(cfg).end(), "run `waybill reshard`")
	_, err = reshard.Run(t.Context(), d.move(5))
	require.NoError(t, err)
	d.homes(keys, 5)
}

// A replay that has ended cannot go on with more partitions: there would be
// some without an end.
func TestReshardOfAReplay(t *testing.T) {
	t.Parallel()
	d := deploy(t, 1)
	cfg := d.config(Log)
	cfg.LeaveOnShutdown = true
	i := d.start(cfg)
	d.plus("k")
	d.tick(time.Now(), 1, "first", "second")
	i.caught()
	i.stop()
	m := d.move(2)
	m.Inputs = []string{"first", "second"}
	_, err := reshard.Run(t.Context(), m)
	require.ErrorContains(t, err, "a replay has ended on")
}

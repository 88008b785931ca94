package stream

import (
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// evict removes a static member, as the coordinator does with one that was
// silent for too long. The member does not know until its next heartbeat.
func (d *deployment) evict(group, instanceID string) {
	d.t.Helper()
	left, err := kadm.NewClient(d.client).LeaveGroup(d.ctx(), kadm.LeaveGroup(group).InstanceIDs(instanceID))
	require.NoError(d.t, err)
	require.NoError(d.t, left.Error())
}

// Rule E1: an evicted instance that ends a transaction of timers alone is
// refused, and readers see nothing of it. It watches over positions, which
// lists all inputs of a task, moved or not.
func TestTrapFence(t *testing.T) {
	t.Parallel()
	d := deploy(t, 1)
	cfg := d.config(Live)
	cfg.SessionTimeout = 30 * time.Second // so it hears of its eviction after 6 s
	registry := prometheus.NewRegistry()
	cfg.Registerer = registry
	var heartbeats atomic.Int64
	net := newNetwork(t, func(req kmsg.Request) fate {
		if kmsg.Key(req.Key()) == kmsg.Heartbeat {
			heartbeats.Add(1)
		}
		return pass
	})
	zombie := d.start(net.through(cfg))
	d.produce(records([]event{{"first", "k", time.Now().UnixMilli(), "+1,in 3000"}})...)
	eventually(t, func() bool { return len(d.outputs()["k"]) == 1 }, "the record is handled")

	// One with the commit, one half a second after joining; then none for 6 s.
	eventually(t, func() bool { return heartbeats.Load() == 2 }, "the early heartbeats are over")
	d.evict(zombie.cfg.group(), d.prefix+"tally-one-0")
	cfg.Instance, cfg.Registerer = "two", nil
	successor := d.start(cfg)
	eventually(t, func() bool { return len(successor.Progress()) == 1 }, "the successor has the task")
	require.Len(t, zombie.Progress(), 1, "the zombie still believes in its task")

	eventually(t, func() bool { return metric(t, registry, "waybill_stream_transactions_total", "unsure") > 0 }, "the zombie's transaction is refused")
	eventually(t, func() bool { return len(d.outputs()["k"]) == 2 }, "the key is woken")
	require.Equal(t, 2, d.everWritten("woken"), "both have written that they woke the key")
	d.produce(records([]event{{"first", "k", time.Now().UnixMilli(), "+1"}})...)
	eventually(t, func() bool { return len(d.outputs()["k"]) == 3 }, "work goes on")
	require.Contains(t, d.outputs()["k"][1], "woken 1 at")
	require.Contains(t, d.outputs()["k"][2], "sum 2 at")
}

// everWritten counts outputs that begin so, committed or not.
func (d *deployment) everWritten(begin string) (n int) {
	d.t.Helper()
	for _, r := range d.readAs(kgo.ReadUncommitted(), "out") {
		if len(r.Value) >= len(begin) && string(r.Value[:len(begin)]) == begin {
			n++
		}
	}
	return n
}

// The trap: the client commits only offsets that moved, so a transaction of an
// evicted member that has polled nothing goes without a check, and is
// committed. With the offsets of inputs that did not move it is refused.
func TestTrapFenceClient(t *testing.T) {
	t.Parallel()
	for _, offsets := range []bool{false, true} {
		t.Run(fmt.Sprintf("offsets %t", offsets), func(t *testing.T) {
			t.Parallel()
			d := deploy(t, 1)
			d.produce(&kgo.Record{Topic: "first", Value: []byte("x")})
			member := d.bare("m")
			require.NoError(t, member.PollFetches(d.ctx()).Err())
			require.NoError(t, member.Begin())
			committed, err := member.End(d.ctx(), kgo.TryCommit)
			require.NoError(t, err)
			require.True(t, committed)

			d.evict(d.prefix+"g", "m")
			require.NoError(t, member.Begin())
			require.NoError(t, member.ProduceSync(d.ctx(), &kgo.Record{Topic: d.prefix + "out", Value: []byte("of a zombie")}).FirstErr())
			ctx := d.ctx()
			if offsets {
				ctx = kgo.PreTxnCommitFnContext(ctx, func(req *kmsg.TxnOffsetCommitRequest) error {
					topic, p := kmsg.NewTxnOffsetCommitRequestTopic(), kmsg.NewTxnOffsetCommitRequestTopicPartition()
					topic.Topic, p.Offset = d.prefix+"first", 1
					topic.Partitions = append(topic.Partitions, p)
					req.Topics = append(req.Topics, topic)
					return nil
				})
			}
			committed, err = member.End(ctx, kgo.TryCommit)
			require.Equal(t, !offsets, committed && err == nil)
			if offsets {
				require.Empty(t, d.read("out"))
			} else {
				require.Len(t, d.read("out"), 1)
			}
		})
	}
}

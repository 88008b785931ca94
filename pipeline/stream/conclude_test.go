package stream

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"waybill/pipeline/stream/job"
)

// stander is a tally that tells how each key stands on a topic of its own, at
// twice the length of its state.
type stander struct{ tally }

func (stander) Conclude(c *job.Call) error {
	s := c.State.(*tallyState)
	c.Emit(job.Output{Topic: "standing", Key: c.Key, Value: append(fmt.Appendf(nil, "%d", s.sum), noise(2*s.bloat)...)})
	return nil
}

// How a key stands is written once for each transaction that has changed it, as
// the changelog is, whatever number of calls there were.
func TestConclude(t *testing.T) {
	t.Parallel()
	d := deploy(t, 1)
	d.create(1, "standing")
	cfg := d.config(Log)
	cfg.CommitInterval = time.Hour
	var list []event
	for n := range 50 {
		list = append(list, event{"first", "k", int64(1000 + n), "+1"})
	}
	list = append(list, event{"first", "away", 2000, "+1"}, event{"first", "away", 2001, "gone"}, event{"first", "other", 2002, "+7"})
	d.produce(records(list)...)
	i := d.startJob(cfg, stander{})
	d.tick(time.UnixMilli(9000), 1, "first", "second")
	i.caught()
	i.stop()
	stands, changes := 0, 0
	for _, r := range d.read("state") {
		if string(r.Key) == "k" {
			changes++
		}
	}
	for _, r := range d.read("standing") {
		require.NotEqual(t, "away", string(r.Key), "it is gone")
		if string(r.Key) == "k" {
			stands++
		}
	}
	require.Equal(t, changes, stands)
	require.Less(t, stands, 50)
	require.Equal(t, "50", string(d.newest("standing", "k")))
	require.Equal(t, "7", string(d.newest("standing", "other")))
}

// A record that tells how a key stands, and is too large for the runtime or for
// the broker, is the poison of the call that made it so, not of the last one.
func TestConclusionTooLarge(t *testing.T) {
	t.Parallel()
	for _, judge := range []string{"runtime", "broker"} {
		t.Run(judge, func(t *testing.T) {
			t.Parallel()
			d := deploy(t, 1)
			limit := "10000000"
			if judge == "broker" {
				limit = "1000"
			}
			d.createWith(1, map[string]*string{"max.message.bytes": &limit, "cleanup.policy": new("compact")}, []string{"standing"})
			cfg := d.config(Live)
			if judge == "runtime" {
				cfg.MaxRecordBytes = 1000
			}
			d.produce(records([]event{{"first", "k", 1, "+1"}, {"first", "k", 2, "+5,bloat 600"}, {"first", "k", 3, "+1"}})...)
			i := d.startJob(cfg, stander{})
			i.caught()
			i.stop()
			dead := d.read("dead")
			require.Len(t, dead, 1)
			require.Equal(t, "+5,bloat 600", string(dead[0].Value))
			require.Contains(t, d.last("k"), "sum 2 at")
			require.Equal(t, "2", string(d.newest("standing", "k")))
		})
	}
}

// greedy asks for more than it may when it concludes.
type greedy struct{ tally }

func (greedy) Conclude(c *job.Call) error {
	if c.Key == "greedy" {
		c.Delete()
	}
	return nil
}

func TestConcludeMayOnlyEmit(t *testing.T) {
	t.Parallel()
	d := deploy(t, 1)
	i := d.startJob(d.config(Live), greedy{})
	d.plus("greedy")
	d.plus("modest")
	i.caught()
	i.stop()
	dead := d.read("dead")
	require.Len(t, dead, 1)
	require.Contains(t, headerOf(dead[0], job.ErrorHeader), `concluding key "greedy": the job asked for more than to emit`)
	require.Contains(t, d.last("modest"), "sum 1 at")
}

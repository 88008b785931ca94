package stream

import (
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/pipeline/stream/job"
)

// gated is a tally whose records "gated" cannot be read before the gate opens.
type gated struct {
	tally

	open  *atomic.Bool
	tried *atomic.Int64
}

type gateError struct{}

func (gateError) Error() string { return "the gate is closed" }
func (gateError) NotYet() bool  { return true }

func (j gated) Decode(r job.Record) (string, any, error) {
	if string(r.Value) != "gated" {
		return j.tally.Decode(r)
	}
	if j.tried.Add(1); !j.open.Load() {
		return "", nil, gateError{}
	}
	return string(r.Key), "+10", nil
}

// A record that cannot be read yet holds up its own partition, in order, and
// nothing else: the other partition goes on, another instance may join, and no
// record is given up for it.
func TestRecordsWaitUntilTheyCanBeRead(t *testing.T) {
	t.Parallel()
	d := deploy(t, 2)
	j := gated{open: &atomic.Bool{}, tried: &atomic.Int64{}}
	one := d.startJob(d.config(Live), j)
	record := func(key, value string) *kgo.Record {
		return &kgo.Record{Topic: "first", Partition: -1, Key: []byte(key), Value: []byte(value)}
	}
	held, free := keys(2)[0], keys(2)[1]
	d.produce(record(held, "+1"), record(held, "gated"), record(held, "+100"), record(free, "+1"))
	require.Eventually(t, func() bool {
		out := d.outputs()
		return j.tried.Load() > 2 && len(out[held]) == 1 && len(out[free]) == 1
	}, patient, 10*time.Millisecond)

	cfg := d.config(Live)
	cfg.Instance = "two"
	two := d.startJob(cfg, j)
	d.produce(record(free, "+1"))
	require.Eventually(t, func() bool {
		return one.Ready() && two.Ready() && len(d.outputs()[free]) == 2
	}, patient, 10*time.Millisecond, "a rebalance and the other partition go on")
	require.Len(t, d.outputs()[held], 1)

	j.open.Store(true)
	one.caught()
	sums := d.outputs()[held]
	require.Len(t, sums, 3)
	for i, sum := range []string{"sum 1 at", "sum 11 at", "sum 111 at"} {
		require.Contains(t, sums[i], sum)
	}
	require.Empty(t, d.read("dead"))
	one.stop()
	two.stop()
}

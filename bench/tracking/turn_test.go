package tracking

import (
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/bench/deployed"
	"waybill/bench/rig"
	"waybill/bench/rig/rigtest"
	"waybill/internal/topiclog"
	"waybill/schemas"
)

// A test binary is also the measured process, and a broker.
func TestMain(m *testing.M) {
	rigtest.Main(m, rig.Kinds{rig.LimitKind: rig.Kind(rig.NewLimit), deployed.Kind: rig.Kind(deployed.New)})
}

// One small turn of each, with real processes: tracking decides on every raw
// event, and the limit writes the very records that tracking wrote, twice.
func TestTurns(t *testing.T) {
	const partitions, passes = 2, 2
	l, err := newLoad(30, 1)
	require.NoError(t, err)
	settings, err := deployed.Settings()
	require.NoError(t, err)

	source, err := newStage(t.Context(), l, partitions, 1)
	require.NoError(t, err)
	defer source.Close()
	b := &bench{load: l}
	ours, err := b.ours(t.Context(), source, settings.Pipeline.ReorderHold, "")
	require.NoError(t, err)
	want := readOutputs(t, source)

	target, err := newStage(t.Context(), l, partitions, passes)
	require.NoError(t, err)
	defer target.Close()
	limit, err := rig.MeasureLimit(t.Context(), target, source, &rig.LimitOrder{
		Inputs: InputTopics(), Outputs: OutputTopics(), Partitions: partitions, Passes: passes, Workers: 3, CommitInterval: settings.Pipeline.CommitInterval,
	}, l.events.Records)
	require.NoError(t, err)

	require.Len(t, want.decided, l.events.Records, "raw events with a decision")
	require.Zero(t, want.wrote[schemas.TopicDeadLetters].Records)
	require.Positive(t, want.wrote[schemas.TopicWebhookJobs].Records, "the endpoint was known")
	require.Equal(t, want.wrote, limit.Wrote, "what the limit was going to write")
	have := readOutputs(t, target)
	for record, times := range want.records {
		require.Equal(t, passes*times, have.records[record])
	}
	require.Len(t, have.records, len(want.records))

	for _, turn := range []rig.Turn{ours, limit} {
		require.Positive(t, turn.Took)
		require.Positive(t, turn.Used.CPU)
		require.Positive(t, turn.Used.Allocations)
	}
	require.Equal(t, passes*ours.Records, limit.Records)
}

// place is where a record lies, and what it is.
type place struct {
	topic      string
	partition  int32
	key, value string
}

type outputs struct {
	wrote   rig.Tallies
	records map[place]int
	decided map[[2]int64]bool // positions on carrier-events
}

func readOutputs(t *testing.T, s *rig.Stage) outputs {
	o := outputs{wrote: rig.Tallies{}, records: map[place]int{}, decided: map[[2]int64]bool{}}
	codecs, err := schemas.NewCodecs()
	require.NoError(t, err)
	client, err := kgo.NewClient(kgo.SeedBrokers(s.Addrs()...))
	require.NoError(t, err)
	defer client.Close()
	for _, topic := range OutputTopics() {
		require.NoError(t, topiclog.Whole(t.Context(), client, topic, nil, func(r *kgo.Record) error {
			o.wrote.Add(r)
			o.records[place{r.Topic, r.Partition, string(r.Key), string(r.Value)}]++
			if topic == schemas.TopicDecisions {
				d, err := codecs.Decision.Decode(r.Value)
				require.NoError(t, err)
				require.Equal(t, schemas.TopicCarrierEvents, d.SourceTopic)
				o.decided[[2]int64{int64(d.SourcePartition), d.SourceOffset}] = true
			}
			return nil
		}))
	}
	return o
}

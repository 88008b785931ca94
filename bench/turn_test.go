package main

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/internal/embedded/embeddedtest"
	"waybill/internal/roles"
	"waybill/internal/topiclog"
	"waybill/schemas"
)

// A test binary is also the measured process, and a broker.
func TestMain(m *testing.M) {
	if code, hidden := runHidden(os.Args[1:]); hidden {
		os.Exit(code)
	}
	embeddedtest.Main(m)
}

// One small turn of each, with real processes: tracking decides on every raw
// event, and the limit writes the very records that tracking wrote, twice.
func TestTurns(t *testing.T) {
	const partitions, passes = 2, 2
	l, err := newLoad(30, 1)
	require.NoError(t, err)
	settings, err := defaultSettings()
	require.NoError(t, err)

	source, err := newStage(t.Context(), l, partitions, 1)
	require.NoError(t, err)
	defer source.close()
	ours, err := measure(t.Context(), source, roles.Tracking, &order{Hold: settings.Pipeline.ReorderHold}, func() error { return nil })
	require.NoError(t, err)
	want := readOutputs(t, source)

	target, err := newStage(t.Context(), l, partitions, passes)
	require.NoError(t, err)
	defer target.close()
	limit, err := measure(t.Context(), target, limitGroup, &order{Limit: &limitOrder{
		Source: source.kafka.Addrs(), Partitions: partitions, Passes: passes, Workers: 3, CommitInterval: settings.Pipeline.CommitInterval,
	}}, source.close)
	require.NoError(t, err)

	require.Len(t, want.decided, l.events.Records, "raw events with a decision")
	require.Zero(t, want.wrote[schemas.TopicDeadLetters].Records)
	require.Positive(t, want.wrote[schemas.TopicWebhookJobs].Records, "the endpoint was known")
	require.Equal(t, want.wrote, limit.wrote, "what the limit was going to write")
	have := readOutputs(t, target)
	for record, times := range want.records {
		require.Equal(t, passes*times, have.records[record])
	}
	require.Len(t, have.records, len(want.records))

	for _, turn := range []turn{ours, limit} {
		require.Positive(t, turn.took)
		require.Positive(t, turn.used.CPU)
		require.Positive(t, turn.used.Allocations)
	}
	require.Equal(t, passes*ours.rawEvents, limit.rawEvents)
}

// place is where a record lies, and what it is.
type place struct {
	topic      string
	partition  int32
	key, value string
}

type outputs struct {
	wrote   tallies
	records map[place]int
	decided map[[2]int64]bool // positions on carrier-events
}

func readOutputs(t *testing.T, s *stage) outputs {
	o := outputs{wrote: tallies{}, records: map[place]int{}, decided: map[[2]int64]bool{}}
	codecs, err := schemas.NewCodecs()
	require.NoError(t, err)
	client, err := kgo.NewClient(kgo.SeedBrokers(s.kafka.Addrs()...))
	require.NoError(t, err)
	defer client.Close()
	for _, topic := range outputTopics() {
		require.NoError(t, topiclog.Whole(t.Context(), client, topic, nil, func(r *kgo.Record) error {
			o.wrote.add(r)
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

// A turn whose work cannot be done says why, and does not wait for ever.
func TestBrokenWorkEndsTheTurn(t *testing.T) {
	l, err := newLoad(5, 1)
	require.NoError(t, err)
	s, err := newStage(t.Context(), l, 1, 1)
	require.NoError(t, err)
	defer s.close()
	_, err = measure(t.Context(), s, limitGroup, &order{Limit: &limitOrder{Source: []string{"127.0.0.1:1"}, Partitions: 1, Passes: 1, Workers: 1}}, func() error { return nil })
	require.ErrorContains(t, err, "reading what tracking has worked on")
}

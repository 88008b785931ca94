package clickhouse

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/schemas"
)

// late is a schema registry that tells nothing before its time.
type late struct{ text string }

func (l *late) Schema(id uint32) ([]string, error) {
	if l.text == "" {
		return nil, &schemas.NotYetError{ID: id}
	}
	return []string{l.text}, nil
}

// What cannot be read yet is held, with all that came behind it, until it can;
// what belongs to somebody else by then is forgotten. Nothing of it is committed
// or buried meanwhile.
func TestRecordsAreHeldUntilTheyCanBeRead(t *testing.T) {
	record, err := schemas.FindRecord(schemas.TopicUsage)
	require.NoError(t, err)
	plain, err := schemas.NewCodecs()
	require.NoError(t, err)
	framing, err := schemas.Confluent{IDs: map[string]uint32{"Usage": 7}}.NewCodecs()
	require.NoError(t, err)
	unit := &schemas.Usage{Tenant: "acme", UsedAt: time.UnixMilli(0)}
	readable, err := plain.Usage.Encode(unit)
	require.NoError(t, err)
	framed, err := framing.Usage.Encode(unit)
	require.NoError(t, err)

	registry := &late{}
	codecs, err := schemas.Confluent{Registry: registry}.NewCodecs()
	require.NoError(t, err)
	s := &Sink{source: &quietSource{}, batch: newBatch("", codecs)}
	give := func(partition int32, offset int64, value []byte) {
		s.takeRecord(&kgo.Record{Topic: schemas.TopicUsage, Partition: partition, Offset: offset, Value: value})
	}
	give(0, 0, readable)
	give(0, 1, framed)
	give(1, 0, readable)
	give(2, 0, framed)
	require.True(t, s.holds)
	require.Equal(t, 1, s.batch.records)
	require.False(t, s.takeHeld(t.Context()), "what the batch has is written first")

	s.lost(map[string][]int32{schemas.TopicUsage: {2}})
	registry.text = record.Newest()
	require.True(t, s.takeHeld(t.Context()))
	require.Equal(t, 3, s.batch.records)
	require.Empty(t, s.batch.unreadable)
	require.Equal(t, map[int32]kgo.EpochOffset{0: {Offset: 2}, 1: {Offset: 1}}, s.batch.next[schemas.TopicUsage])
}

// While nothing else is to be done the sink waits, and lets partitions go.
func TestAnEmptyBatchLetsPartitionsGoWhileRecordsAreHeld(t *testing.T) {
	codecs, err := schemas.Confluent{Registry: &late{}}.NewCodecs()
	require.NoError(t, err)
	source := &patientSource{}
	s := &Sink{source: source, batch: newBatch("", codecs)}
	s.takeRecord(&kgo.Record{Topic: schemas.TopicUsage, Value: []byte{0, 0, 0, 0, 7}})
	require.False(t, s.takeHeld(t.Context()))
	require.Equal(t, []string{"block", "allow"}, source.did)
	require.Len(t, s.held, 1)
}

type patientSource struct {
	source

	did []string
}

func (p *patientSource) allowRebalance() { p.did = append(p.did, "allow") }
func (p *patientSource) blockRebalance() { p.did = append(p.did, "block") }

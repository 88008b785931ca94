package clickhouse

import (
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/schemas"
)

// maxBatchBytes bounds the records of a batch, for a record may have a megabyte.
const maxBatchBytes = 64 << 20

// Topics gives the topics that are read, in the order of insertion: a decision is seen no earlier than the
// shipment that it made.
func Topics() []string {
	return []string{
		schemas.TopicShipments, schemas.TopicTrackingEvents, schemas.TopicDecisions,
		schemas.TopicWebhookJobs, schemas.TopicWebhookAttempts, schemas.TopicEndpointEvents, schemas.TopicUsage, schemas.TopicBaselines,
		schemas.TopicAudit,
	}
}

// refusal is a record that goes to the dead letters, and why.
type refusal struct {
	record *kgo.Record
	why    error
}

// batch is what was read and is not yet committed, across all partitions, so
// that many quiet partitions do not make many small parts.
type batch struct {
	intakes map[string]intake // by full topic name
	topics  []string          // full names in the order of insertion
	// unreadable records make no rows.
	unreadable []refusal
	// next holds, for each partition, the offset to be committed.
	next map[string]map[int32]kgo.EpochOffset
	// upTo is when the last record of each partition came onto its topic, and
	// oldest the same of the first of all.
	upTo    map[string]map[int32]time.Time
	oldest  time.Time
	records int
	bytes   int
	// since is when the first record was taken.
	since time.Time
	count counts
}

// counts tells what became of records: by outcome, then by full topic name.
type counts map[string]map[string]int

func (c counts) add(outcome, topic string) {
	if c[outcome] == nil {
		c[outcome] = make(map[string]int)
	}
	c[outcome][topic]++
}

func newBatch(prefix string, codecs *schemas.Codecs) *batch {
	b := &batch{intakes: make(map[string]intake)}
	byTopic := feeds(codecs)
	for _, topic := range Topics() {
		b.topics = append(b.topics, prefix+topic)
		b.intakes[prefix+topic] = byTopic[topic]
	}
	b.reset()
	return b
}

func (b *batch) empty() bool { return len(b.next) == 0 }

// take adds a record. Of control records of transactions only the position
// counts: it lets the committed offset reach the end of the topic. A record that
// cannot be read yet is not added, and the error says so.
func (b *batch) take(rec *kgo.Record, now time.Time) error {
	outcome, refused := b.read(rec)
	if notYet(refused) {
		return refused
	}
	if b.empty() {
		b.since = now
	}
	if b.next[rec.Topic] == nil {
		b.next[rec.Topic] = make(map[int32]kgo.EpochOffset)
		b.upTo[rec.Topic] = make(map[int32]time.Time)
	}
	b.upTo[rec.Topic][rec.Partition] = rec.Timestamp
	if b.oldest.IsZero() || rec.Timestamp.Before(b.oldest) {
		b.oldest = rec.Timestamp
	}
	b.next[rec.Topic][rec.Partition] = kgo.EpochOffset{Epoch: rec.LeaderEpoch, Offset: rec.Offset + 1}
	if rec.Attrs.IsControl() {
		return nil
	}
	b.records++
	b.bytes += len(rec.Key) + len(rec.Value)
	if refused == nil {
		b.count.add(outcome, rec.Topic)
	} else {
		b.unreadable = append(b.unreadable, refusal{rec, refused})
	}
	return nil
}

// read hands a record to the intake of its topic.
func (b *batch) read(rec *kgo.Record) (outcome string, err error) {
	if rec.Attrs.IsControl() {
		return "", nil
	}
	if rec.Value == nil {
		// A null value lets Kafka forget a key. The tables keep what happened.
		return outcomeSkipped, nil
	}
	return b.intakes[rec.Topic].take(rec)
}

// full tells whether the batch should be written before it grows.
func (b *batch) full(rows int) bool { return b.records >= rows || b.bytes >= maxBatchBytes }

// blocks gives all rows in the order of insertion.
func (b *batch) blocks() []block {
	var all []block
	for _, topic := range b.topics {
		all = append(all, b.intakes[topic].blocks()...)
	}
	return all
}

// drop forgets a partition that now belongs to someone else, who reads it again
// from the last commit.
func (b *batch) drop(topic string, partition int32) {
	if b.empty() {
		return // and nothing is written, for the loop may be looking at b
	}
	delete(b.next[topic], partition)
	delete(b.upTo[topic], partition)
	if len(b.next[topic]) == 0 {
		delete(b.next, topic)
	}
	if taken := b.intakes[topic]; taken != nil {
		taken.drop(topic, partition)
	}
	kept := b.unreadable[:0]
	for _, r := range b.unreadable {
		if r.record.Topic != topic || r.record.Partition != partition {
			kept = append(kept, r)
		}
	}
	b.unreadable = kept
}

func (b *batch) reset() {
	for _, i := range b.intakes {
		i.reset()
	}
	b.unreadable, b.records, b.bytes = nil, 0, 0
	b.next, b.upTo, b.oldest = make(map[string]map[int32]kgo.EpochOffset), make(map[string]map[int32]time.Time), time.Time{}
	b.count = make(counts)
}

package polling

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/schemas"
)

// maxErrorText bounds the cause in a dead letter's header, in bytes.
const maxErrorText = 2048

// deadRecord is a poll request that cannot be read, and why.
type deadRecord struct {
	record *kgo.Record
	why    error
}

// bury puts records that cannot be read to the dead letters, and then lets go of
// them.
func (p *Poller) bury(dead []deadRecord) error {
	for _, d := range dead {
		letter := p.deadLetter(d.record.Key, d.record.Value, d.why)
		letter.Headers = append(letter.Headers,
			kgo.RecordHeader{Key: schemas.HeaderSourceTopic, Value: []byte(schemas.TopicPollRequests)},
			kgo.RecordHeader{Key: schemas.HeaderSourcePartition, Value: strconv.AppendInt(nil, int64(d.record.Partition), 10)},
			kgo.RecordHeader{Key: schemas.HeaderSourceOffset, Value: strconv.AppendInt(nil, d.record.Offset, 10)},
			kgo.RecordHeader{Key: schemas.HeaderSourceTimestamp, Value: strconv.AppendInt(nil, d.record.Timestamp.UnixMilli(), 10)})
		if err := p.client.ProduceSync(p.working, letter).FirstErr(); err != nil {
			return fmt.Errorf("writing a dead letter for the poll request at offset %d of partition %d: %w", d.record.Offset, d.record.Partition, err)
		}
		p.mu.Lock()
		p.done(position{d.record.Partition, d.record.Offset})
		p.drop(droppedUnreadable)
		p.mu.Unlock()
	}
	return nil
}

// buryAnswer puts an answer that cannot be read to the dead letters, whole, under
// the key of the parcel that was asked about. It lay on no topic, so it is not
// sent again by itself: 'waybill dead-letters show' has it, and 'waybill
// normalize' reads it once the dialect can.
func (p *Poller) buryAnswer(q *question, out *answer) error {
	letter := p.deadLetter([]byte(q.batch[0].key), out.body, fmt.Errorf("the answer of %s, account %s: %w", q.account.Source.Name, q.account, out.problem))
	return p.client.ProduceSync(p.working, letter).FirstErr()
}

func (p *Poller) deadLetter(key, value []byte, why error) *kgo.Record {
	cause := strings.ToValidUTF8(why.Error(), "?")
	if len(cause) > maxErrorText {
		cause = strings.ToValidUTF8(cause[:maxErrorText], "")
	}
	if len(value) > schemas.MaxRecordBytes {
		value = value[:schemas.MaxRecordBytes]
		cause = "(cut to 1 MiB) " + cause
	}
	return &kgo.Record{
		Topic: p.cfg.Prefix + schemas.TopicDeadLetters, Key: key, Value: value,
		Headers: []kgo.RecordHeader{{Key: schemas.HeaderError, Value: []byte(cause)}},
	}
}

package polling

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/connectors/dialects"
	"waybill/connectors/publish"
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

// buryAnswer puts an answer that cannot be read to the dead letters, whole.
// 'waybill dead-letters resend' reads it again, mended or once the dialect can.
func (p *Poller) buryAnswer(q *question, out *answer) error {
	return p.publisher.DeadLetter(p.working, &publish.Payload{
		Source: q.account.Source.Name, Way: string(dialects.Poll), Account: q.account.String(),
		ContentType: out.contentType, Received: time.Now(), Body: out.body,
	}, out.problem)
}

func (p *Poller) deadLetter(key, value []byte, why error) *kgo.Record {
	cause := strings.ToValidUTF8(why.Error(), "?")
	if len(cause) > maxErrorText {
		cause = strings.ToValidUTF8(cause[:maxErrorText], "")
	}
	return &kgo.Record{
		Topic: p.cfg.Prefix + schemas.TopicDeadLetters, Key: key, Value: value,
		Headers: []kgo.RecordHeader{{Key: schemas.HeaderError, Value: []byte(cause)}},
	}
}

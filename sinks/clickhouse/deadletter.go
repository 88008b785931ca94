package clickhouse

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/schemas"
)

// maxErrorText bounds the cause in a dead letter's header, in bytes.
const maxErrorText = 2048

func (s *kafkaSource) bury(ctx context.Context, refused []refusal) error {
	letters := make([]*kgo.Record, len(refused))
	for i, r := range refused {
		letters[i] = s.deadLetter(r)
	}
	var oversize []*kgo.Record
	for i, result := range s.client.ProduceSync(ctx, letters...) {
		switch {
		case errors.Is(result.Err, kerr.MessageTooLarge):
			oversize = append(oversize, s.digest(refused[i]))
		case result.Err != nil:
			return fmt.Errorf("writing a dead letter for %s: %w", positionOf(refused[i].record), result.Err)
		}
	}
	if err := s.client.ProduceSync(ctx, oversize...).FirstErr(); err != nil {
		return fmt.Errorf("writing the digest of a record that is too large for the dead letters: %w", err)
	}
	return nil
}

// deadLetter gives a record as it came, with the cause and its position in
// headers.
func (s *kafkaSource) deadLetter(r refusal) *kgo.Record {
	cause := strings.ToValidUTF8(r.why.Error(), "?")
	if len(cause) > maxErrorText {
		cause = strings.ToValidUTF8(cause[:maxErrorText], "")
	}
	rec := r.record
	return &kgo.Record{
		Topic: s.prefix + schemas.TopicDeadLetters,
		Key:   rec.Key,
		Value: rec.Value,
		Headers: append(slices.Clone(rec.Headers),
			kgo.RecordHeader{Key: schemas.HeaderError, Value: []byte(cause)},
			kgo.RecordHeader{Key: schemas.HeaderSourceTopic, Value: []byte(strings.TrimPrefix(rec.Topic, s.prefix))},
			kgo.RecordHeader{Key: schemas.HeaderSourcePartition, Value: strconv.AppendInt(nil, int64(rec.Partition), 10)},
			kgo.RecordHeader{Key: schemas.HeaderSourceOffset, Value: strconv.AppendInt(nil, rec.Offset, 10)},
			kgo.RecordHeader{Key: schemas.HeaderSourceTimestamp, Value: strconv.AppendInt(nil, rec.Timestamp.UnixMilli(), 10)},
		),
	}
}

// digest stands for a record that is too large even for the dead letters.
func (s *kafkaSource) digest(r refusal) *kgo.Record {
	small := *r.record
	small.Value, small.Headers = nil, nil
	r.why = fmt.Errorf("%w (too large for the dead letters: %d bytes, sha256:%x)", r.why, len(r.record.Value), sha256.Sum256(r.record.Value))
	return s.deadLetter(refusal{record: &small, why: r.why})
}

func positionOf(r *kgo.Record) string {
	return fmt.Sprintf("%s/%d@%d", r.Topic, r.Partition, r.Offset)
}

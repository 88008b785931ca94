package deadletters

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/internal/topiclog"
	"waybill/schemas"
)

// Letter is one dead letter.
type Letter struct {
	// ID names it: <partition>:<offset> on the topic of dead letters.
	ID string `json:"id"`
	// Cause says what was wrong.
	Cause string `json:"cause"`
	// SourceTopic, SourcePartition, SourceOffset and SourceTime say where the
	// record lay, and when it came there. The topic is the logical name; the
	// time is zero where the letter does not say it.
	SourceTopic     string    `json:"source_topic"`
	SourcePartition string    `json:"source_partition"`
	SourceOffset    string    `json:"source_offset"`
	SourceTime      time.Time `json:"source_time,omitzero"`
	DeadSince       time.Time `json:"dead_since"`
	Key             string    `json:"key"`
	Value           []byte    `json:"-"`
	// Headers are the record's own.
	Headers []kgo.RecordHeader `json:"-"`
	// Payload says where a payload came from that lay on no topic; nil: it is a
	// record of one.
	Payload *Payload `json:"payload,omitempty"`
}

// Payload is what is known of a payload of a carrier or a platform.
type Payload struct {
	// Source is the dialect it should be in, and Way how it came in: push, poll or
	// file.
	Source string `json:"source"`
	Way    string `json:"way"`
	// Account is whose it was: tenant/name.
	Account     string    `json:"account"`
	ContentType string    `json:"content_type"`
	Received    time.Time `json:"received,omitzero"`
}

// ErrNoSuchLetter says that an id names no dead letter.
var ErrNoSuchLetter = errors.New("there is no such dead letter")

// List returns every dead letter, oldest first.
func List(ctx context.Context, client *kgo.Client, prefix string) ([]Letter, error) {
	var letters []Letter
	err := topiclog.Whole(ctx, client, prefix+schemas.TopicDeadLetters, nil, func(r *kgo.Record) error {
		letters = append(letters, letterOf(r, prefix))
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("listing dead letters: %w", err)
	}
	slices.SortStableFunc(letters, func(a, b Letter) int { return a.DeadSince.Compare(b.DeadSince) })
	return letters, nil
}

// Find returns the dead letter of an id. The error wraps ErrNoSuchLetter when
// there is none.
func Find(ctx context.Context, client *kgo.Client, prefix, id string) (*Letter, error) {
	letters, err := List(ctx, client, prefix)
	if err != nil {
		return nil, err
	}
	at := slices.IndexFunc(letters, func(l Letter) bool { return l.ID == id })
	if at < 0 {
		return nil, fmt.Errorf("finding dead letter %q: %w", id, ErrNoSuchLetter)
	}
	return &letters[at], nil
}

// Resend writes a letter to the topic it came from, with its own key and
// headers, and with value in the place of its bytes where value is not nil.
// The dead letter itself stays where it is until its retention ends.
func Resend(ctx context.Context, client *kgo.Client, prefix string, l *Letter, value []byte) (*kgo.Record, error) {
	if l.SourceTopic == "" {
		return nil, fmt.Errorf("sending dead letter %s again: it does not say which topic it came from", l.ID)
	}
	if value == nil {
		value = l.Value
	}
	record := &kgo.Record{Topic: prefix + l.SourceTopic, Value: value, Headers: l.Headers}
	if l.Key != "" {
		record.Key = []byte(l.Key)
	}
	sent, err := client.ProduceSync(ctx, record).First()
	if err != nil {
		return nil, fmt.Errorf("sending dead letter %s again to %s: %w", l.ID, record.Topic, err)
	}
	return sent, nil
}

func letterOf(r *kgo.Record, prefix string) Letter {
	l := Letter{
		ID:  strconv.Itoa(int(r.Partition)) + ":" + strconv.FormatInt(r.Offset, 10),
		Key: string(r.Key), Value: r.Value, DeadSince: r.Timestamp.UTC(),
	}
	var sourceTime, received string
	var payload Payload
	own := map[string]*string{
		schemas.HeaderError: &l.Cause, schemas.HeaderSourceTopic: &l.SourceTopic, schemas.HeaderSourcePartition: &l.SourcePartition,
		schemas.HeaderSourceOffset: &l.SourceOffset, schemas.HeaderSourceTimestamp: &sourceTime,
		schemas.HeaderPayloadSource: &payload.Source, schemas.HeaderPayloadWay: &payload.Way, schemas.HeaderPayloadAccount: &payload.Account,
		schemas.HeaderPayloadType: &payload.ContentType, schemas.HeaderPayloadReceived: &received,
	}
	for _, h := range r.Headers {
		if field, ok := own[h.Key]; ok {
			*field = string(h.Value)
			continue
		}
		l.Headers = append(l.Headers, h)
	}
	l.SourceTopic = strings.TrimPrefix(l.SourceTopic, prefix)
	l.SourceTime = timeOf(sourceTime)
	if payload.Source != "" {
		payload.Received = timeOf(received)
		l.Payload = &payload
	}
	return l
}

// timeOf reads a time in milliseconds; zero where there is none.
func timeOf(text string) time.Time {
	ms, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

package publish

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/schemas"
)

// Payload is what a carrier or a platform has sent or answered.
type Payload struct {
	// Source is its dialect, and Way how it came in: push, poll or file.
	Source, Way string
	// Account is whose it was: tenant/name.
	Account     string
	ContentType string
	Received    time.Time
	Body        []byte
}

// maxCauseBytes bounds the cause in a dead letter.
const maxCauseBytes = 2048

// DeadLetter puts a payload that cannot be read, or not whole, to the dead
// letters, and returns when Kafka has acknowledged it. 'waybill dead-letters
// resend' reads it again.
func (p *Publisher) DeadLetter(ctx context.Context, payload *Payload, why error) error {
	if len(payload.Body) > schemas.MaxRecordBytes {
		return fmt.Errorf("writing a dead letter: the payload has %d bytes; %d are the most", len(payload.Body), schemas.MaxRecordBytes)
	}
	cause := why.Error()
	cause = strings.ToValidUTF8(cause[:min(len(cause), maxCauseBytes)], "")
	r := kgo.Record{Topic: p.Prefix + schemas.TopicDeadLetters, Key: []byte(payload.Source), Value: payload.Body}
	for _, h := range []struct{ key, value string }{
		{schemas.HeaderError, cause},
		{schemas.HeaderPayloadSource, payload.Source},
		{schemas.HeaderPayloadWay, payload.Way},
		{schemas.HeaderPayloadAccount, payload.Account},
		{schemas.HeaderPayloadType, payload.ContentType},
		{schemas.HeaderPayloadReceived, strconv.FormatInt(payload.Received.UnixMilli(), 10)},
	} {
		r.Headers = append(r.Headers, kgo.RecordHeader{Key: h.key, Value: []byte(h.value)})
	}
	return p.send(ctx, []kgo.Record{r})
}

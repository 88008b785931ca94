package playback

import (
	"fmt"
	"slices"
	"time"

	"waybill/connectors/replay"
	"waybill/pipeline/stream/job"
	"waybill/schemas"
)

// Output is what one call of the rules made, read back from its bytes. Each
// list is in the order in which it was written.
type Output struct {
	// Key is the parcel's, At the log time.
	Key string
	At  time.Time
	// Cause is the record that was played; nil where time alone did it.
	Cause *replay.Record
	// Refused is why the record is a dead letter (E11); nothing else is set then.
	Refused error

	Decisions []schemas.Decision
	Events    []schemas.TrackingEvent
	Shipments []schemas.Shipment
	Webhooks  []schemas.WebhookJob
	Usage     []schemas.Usage
	Polls     []schemas.PollRequest
}

// reader reads the outputs of the topics that are wanted.
type reader struct {
	codecs *schemas.Codecs
	topics []string
}

func newReader(o *Options) reader { return reader{codecs: o.Codecs, topics: o.Topics} }

// read gives nil where nothing that is wanted was made.
func (r reader) read(list []job.Output) (*Output, error) {
	var out *Output
	for i := range list {
		o := &list[i]
		if o.Value == nil || len(r.topics) > 0 && !slices.Contains(r.topics, o.Topic) {
			continue
		}
		if out == nil {
			out = &Output{}
		}
		if err := r.add(out, o); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (r reader) add(out *Output, o *job.Output) error {
	switch o.Topic {
	case schemas.TopicDecisions:
		return decode(r.codecs.Decision, o, &out.Decisions)
	case schemas.TopicTrackingEvents:
		return decode(r.codecs.TrackingEvent, o, &out.Events)
	case schemas.TopicShipments:
		return decode(r.codecs.Shipment, o, &out.Shipments)
	case schemas.TopicWebhookJobs:
		return decode(r.codecs.WebhookJob, o, &out.Webhooks)
	case schemas.TopicUsage:
		return decode(r.codecs.Usage, o, &out.Usage)
	case schemas.TopicPollRequests:
		return decode(r.codecs.PollRequest, o, &out.Polls)
	}
	return fmt.Errorf("a record on topic %s: the player cannot read it", o.Topic)
}

func decode[T any](codec *schemas.Codec[T], o *job.Output, into *[]T) error {
	v, err := codec.Decode(o.Value)
	if err != nil {
		return fmt.Errorf("reading a record of topic %s: %w", o.Topic, err)
	}
	*into = append(*into, *v)
	return nil
}

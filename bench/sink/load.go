package sink

import (
	"fmt"

	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/bench/rig"
	"waybill/bench/tracking"
	"waybill/connectors/carriers"
	"waybill/internal/playback"
	rules "waybill/pipeline/tracking"
	"waybill/schemas"
	"waybill/schemas/status"
)

// load is what a turn works off: what tracking writes of the standard load, in
// the order in which it writes it, and one attempt at each webhook.
type load struct {
	codecs  *schemas.Codecs
	records []kgo.Record
	wrote   rig.Tallies // by topic
	raw     int         // raw events, each of which has a decision
}

// newLoad plays the rules over the standard load, with the default hold.
func newLoad(codecs *schemas.Codecs, parcels int, seed uint64) (*load, error) {
	l := &load{codecs: codecs, wrote: rig.Tallies{}}
	input, err := tracking.Standard(parcels, seed)
	if err != nil {
		return nil, err
	}
	player, err := l.player()
	if err != nil {
		return nil, err
	}
	for i := range input {
		if err := player.Play(&input[i]); err != nil {
			return nil, fmt.Errorf("making the load: %w", err)
		}
		if input[i].Event != nil {
			l.raw++
		}
	}
	return l, player.Advance(input[len(input)-1].Arrival.Add(rules.DefaultReorderHold))
}

func (l *load) player() (*playback.Player, error) {
	model, err := status.Default()
	if err != nil {
		return nil, err
	}
	known, err := carriers.Default()
	if err != nil {
		return nil, err
	}
	job, err := rules.NewJob(rules.Config{Codecs: l.codecs, Model: model, Carriers: known, ReorderHold: rules.DefaultReorderHold, Replay: true})
	if err != nil {
		return nil, err
	}
	return playback.New(playback.Options{
		Job: job, Codecs: l.codecs, Endpoints: []schemas.WebhookEndpoint{*tracking.Endpoint()}, Emit: l.add,
		Topics: []string{schemas.TopicShipments, schemas.TopicTrackingEvents, schemas.TopicDecisions, schemas.TopicWebhookJobs, schemas.TopicUsage},
	})
}

// add takes up what one call of the rules wrote.
func (l *load) add(o *playback.Output) error {
	if o.Refused != nil {
		return o.Refused
	}
	attempts := make([]schemas.WebhookAttempt, len(o.Webhooks))
	for i := range o.Webhooks {
		attempts[i] = attempt(&o.Webhooks[i])
	}
	for _, err := range []error{
		put(l, schemas.TopicTrackingEvents, o, l.codecs.TrackingEvent, o.Events),
		put(l, schemas.TopicDecisions, o, l.codecs.Decision, o.Decisions),
		put(l, schemas.TopicShipments, o, l.codecs.Shipment, o.Shipments),
		put(l, schemas.TopicWebhookJobs, o, l.codecs.WebhookJob, o.Webhooks),
		put(l, schemas.TopicUsage, o, l.codecs.Usage, o.Usage),
		put(l, schemas.TopicWebhookAttempts, o, l.codecs.WebhookAttempt, attempts),
	} {
		if err != nil {
			return err
		}
	}
	return nil
}

// put encodes values that came of one parcel.
func put[T any](l *load, topic string, o *playback.Output, codec *schemas.Codec[T], values []T) error {
	for i := range values {
		value, err := codec.Encode(&values[i])
		if err != nil {
			return err
		}
		r := kgo.Record{Topic: topic, Key: []byte(o.Key), Value: value}
		l.wrote.Add(&r)
		l.records = append(l.records, r)
	}
	return nil
}

// attempt is that a webhook was taken at once.
func attempt(j *schemas.WebhookJob) schemas.WebhookAttempt {
	return schemas.WebhookAttempt{
		Tenant: j.Tenant, EndpointID: j.EndpointID, JobID: j.JobID, Attempt: 1, Carrier: j.Carrier, TrackingNumber: j.TrackingNumber,
		Epoch: j.Epoch, RegistrationID: j.RegistrationID, Type: j.Type, Sequence: j.Sequence, Trigger: j.Trigger,
		Outcome: "delivered", StatusCode: 204, StartedAt: j.CreatedAt, CreatedAt: j.CreatedAt, FirstByteUS: 900, TotalUS: 1000,
	}
}

// write writes the first records of the load.
func (l *load) write(produce func(*kgo.Record), count int) {
	for i := range l.records[:count] {
		r := l.records[i] // a client keeps what it is given
		produce(&r)
	}
}

// topics are those that the sink reads and the load lies on.
func (l *load) topics() []string {
	var names []string
	for _, t := range schemas.Topics() {
		if l.wrote[t.Name].Records > 0 {
			names = append(names, t.Name)
		}
	}
	return names
}

package publish

import (
	"context"
	"errors"
	"fmt"

	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/connectors/carriers"
	"waybill/schemas"
)

// Publisher sends records. It is safe for concurrent use.
type Publisher struct {
	// Kafka waits for all replicas (kgo.AllISRAcks, its default) and places
	// records by their key as the Java client does (its default).
	Kafka *kgo.Client
	// Prefix stands before the names of the topics.
	Prefix   string
	Codecs   *schemas.Codecs
	Carriers *carriers.Table
}

// maxBuffered is how many records may wait for Kafka in a client: as many as are
// let in at a time, or requests would wait for one another.
const maxBuffered = 200_000

// Options are those of a client that publishes for who waits for the answer: it
// sends at once what there is, and as one request what comes together.
func Options() []kgo.Opt {
	return []kgo.Opt{kgo.ProducerLinger(0), kgo.MaxBufferedRecords(maxBuffered)}
}

// Registrations sends registrations, under the key of the canonical carrier and
// number, and returns when Kafka has acknowledged all of them. On an error some
// may be there; those that have an idempotency key or an id can be sent again.
func (p *Publisher) Registrations(ctx context.Context, all []schemas.Registration) error {
	b := p.batch(schemas.TopicRegistrations, len(all))
	for i := range all {
		value, err := p.Codecs.Registration.Append(b.room(), &all[i])
		if err != nil {
			return fmt.Errorf("publishing registrations: %w", err)
		}
		if err := b.add(all[i].Carrier, all[i].TrackingNumber, value); err != nil {
			return err
		}
	}
	return p.send(ctx, b.records)
}

// Events sends carrier events as Registrations sends registrations. Sending them
// again is safe: they are known by what they say (I2).
func (p *Publisher) Events(ctx context.Context, all []schemas.CarrierEvent) error {
	b := p.batch(schemas.TopicCarrierEvents, len(all))
	for i := range all {
		value, err := p.Codecs.CarrierEvent.Append(b.room(), &all[i])
		if err != nil {
			return fmt.Errorf("publishing carrier events: %w", err)
		}
		if err := b.add(all[i].Carrier, all[i].TrackingNumber, value); err != nil {
			return err
		}
	}
	return p.send(ctx, b.records)
}

// send returns when Kafka has answered for every record, or ctx is done: then it
// may have some and may yet get others.
func (p *Publisher) send(ctx context.Context, records []kgo.Record) error {
	if len(records) == 0 {
		return nil
	}
	answers := make(chan error, len(records))
	answer := func(r *kgo.Record, err error) {
		if err != nil {
			err = fmt.Errorf("publishing %s to %s: %w", r.Key, r.Topic, err)
		}
		answers <- err
	}
	for i := range records {
		p.Kafka.Produce(ctx, &records[i], answer)
	}
	var failed error
	for range records {
		select {
		case err := <-answers:
			if failed == nil {
				failed = err
			}
		case <-ctx.Done():
			return fmt.Errorf("publishing to %s: waiting for Kafka: %w", records[0].Topic, context.Cause(ctx))
		}
	}
	return failed
}

// Busy tells whether an error means that Kafka takes less than comes in: ask
// again later.
func Busy(err error) bool { return errors.Is(err, kgo.ErrMaxBuffered) }

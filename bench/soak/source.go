package soak

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/bench/rig"
	"waybill/connectors/replay"
	"waybill/connectors/simulate"
	"waybill/schemas"
)

// source sends what the simulator makes, batch after batch, each in the weeks
// after the one before, and keeps what is true of it.
type source struct {
	codecs  *schemas.Codecs
	client  *kgo.Client
	brokers []string
	parcels int // in a batch
	seed    uint64
	next    time.Time // when the next batch begins
	expect  func(number string)

	events   int               // raw events that were sent
	statuses map[string]string // each parcel's last status, by number
}

// after is the time between two batches: what is to come of the first has come.
const after = 24 * time.Hour

func newSource(codecs *schemas.Codecs, brokers []string, parcels int, seed uint64, expect func(string)) (*source, error) {
	client, err := kgo.NewClient(kgo.SeedBrokers(brokers...), kgo.RecordPartitioner(kgo.StickyKeyPartitioner(nil)), kgo.ProducerLinger(5*time.Millisecond))
	if err != nil {
		return nil, fmt.Errorf("making a client for the load: %w", err)
	}
	return &source{
		codecs: codecs, client: client, brokers: brokers, parcels: parcels, seed: seed, next: time.Now().UTC().Truncate(time.Hour), expect: expect,
		statuses: map[string]string{},
	}, nil
}

// batch makes the next parcels. The simulator's numbers hang on its seed: so
// none comes twice.
func (s *source) batch() ([]replay.Record, error) {
	records, truths, err := simulate.Generate(simulate.Options{
		Parcels: s.parcels, Seed: s.seed, Start: s.next, Tenant: "bench", DuplicateRate: 0.05, DisorderRate: 0.05,
	})
	if err != nil {
		return nil, err
	}
	for i := range truths {
		if _, known := s.statuses[truths[i].TrackingNumber]; known {
			return nil, fmt.Errorf("making the load: the number %s came twice", truths[i].TrackingNumber)
		}
		s.statuses[truths[i].TrackingNumber] = truths[i].FinalStatus
	}
	s.seed++
	s.next = records[len(records)-1].Arrival.Add(after)
	return records, nil
}

// send sends batches at a rate of raw events a second for so long, whole ones;
// with no rate one batch, as fast as it can.
func (s *source) send(ctx context.Context, rate float64, long time.Duration) error {
	ctx, fail := context.WithCancelCause(ctx)
	defer fail(nil)
	began, sent := time.Now(), 0
	for {
		records, err := s.batch()
		if err != nil {
			return err
		}
		for i := range records {
			if rate > 0 {
				due := began.Add(time.Duration(float64(sent) / rate * float64(time.Second)))
				if left := time.Until(due); left > time.Millisecond && !rig.Pause(ctx, left) {
					return context.Cause(ctx)
				}
			}
			if err := s.produce(ctx, &records[i], fail); err != nil {
				return err
			}
			if records[i].Event != nil {
				sent++
			}
		}
		if time.Since(began) >= long {
			break
		}
	}
	s.events += sent
	if err := s.client.Flush(ctx); err != nil {
		return fmt.Errorf("sending the load: %w", context.Cause(ctx))
	}
	return nil
}

func (s *source) produce(ctx context.Context, r *replay.Record, fail context.CancelCauseFunc) (err error) {
	out := &kgo.Record{Topic: r.Topic(), Key: []byte(r.Key), Timestamp: r.Arrival}
	if r.Registration != nil {
		out.Value, err = s.codecs.Registration.Encode(r.Registration)
	} else {
		out.Value, err = s.codecs.CarrierEvent.Encode(r.Event)
		if strings.HasPrefix(r.Event.Code, "delivered.") {
			s.expect(r.Event.TrackingNumber)
		}
	}
	if err != nil {
		return fmt.Errorf("encoding the load: %w", err)
	}
	s.client.Produce(ctx, out, func(_ *kgo.Record, err error) {
		if err != nil {
			fail(fmt.Errorf("sending the load: %w", err))
		}
	})
	return nil
}

// tick says on all partitions that so much time has passed since the last
// batch.
func (s *source) tick(ctx context.Context, partitions int, passed time.Duration) error {
	client, err := kgo.NewClient(kgo.SeedBrokers(s.brokers...), kgo.RecordPartitioner(kgo.ManualPartitioner()))
	if err != nil {
		return fmt.Errorf("making a client for the end of the load: %w", err)
	}
	defer client.Close()
	var ticks []*kgo.Record
	for _, topic := range []string{schemas.TopicRegistrations, schemas.TopicCarrierEvents} {
		for p := range int32(partitions) {
			ticks = append(ticks, &kgo.Record{Topic: topic, Partition: p, Timestamp: s.next.Add(passed), Headers: []kgo.RecordHeader{{Key: schemas.TickHeader}}})
		}
	}
	if err := client.ProduceSync(ctx, ticks...).FirstErr(); err != nil {
		return fmt.Errorf("ending the load: %w", err)
	}
	return nil
}

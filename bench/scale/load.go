package scale

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strconv"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/bench/rig"
	"waybill/bench/tracking"
	"waybill/internal/roles"
	"waybill/internal/topics"
	"waybill/schemas"
)

// load is what tracking works off at a point.
type load struct {
	codecs  *schemas.Codecs
	records []*kgo.Record
	events  int       // raw events among them
	tickAt  time.Time // after the last and every hold
}

// loadOf is the standard load, or, where many shipments are followed already,
// as many scans of them: nine of ten of the newest tenth.
func (b *bench) loadOf(p point) (*load, error) {
	l := &load{codecs: b.codecs}
	if p.Shipments > 0 {
		return l, l.scans(p.Shipments, b.Events, b.common.Seed)
	}
	standard, err := tracking.Standard(cmp.Or(p.Parcels, b.ScaleParcels), b.common.Seed)
	if err != nil {
		return nil, err
	}
	for i := range standard {
		r := &standard[i]
		out := &kgo.Record{Topic: r.Topic(), Key: []byte(r.Key), Timestamp: r.Arrival}
		if r.Registration != nil {
			out.Value, err = b.codecs.Registration.Encode(r.Registration)
		} else {
			out.Value, err = b.codecs.CarrierEvent.Encode(r.Event)
			l.events++
		}
		if err != nil {
			return nil, fmt.Errorf("encoding the load: %w", err)
		}
		l.records = append(l.records, out)
	}
	l.tickAt = standard[len(standard)-1].Arrival.Add(time.Minute)
	return l, nil
}

// start is when the followed shipments are registered; scans come a day later.
func start() time.Time { return time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC) }

// scans makes scans of shipments that follow makes known.
func (l *load) scans(shipments, count int, seed uint64) error {
	random := rand.New(rand.NewPCG(seed, 0))
	l.events, l.tickAt = count, start().Add(48*time.Hour)
	for i := range count {
		at := start().Add(24*time.Hour + time.Duration(i)*time.Second)
		number := random.IntN(shipments)
		if random.IntN(10) > 0 {
			number = shipments - 1 - random.IntN((shipments+9)/10)
		}
		value, err := l.codecs.CarrierEvent.Encode(&schemas.CarrierEvent{
			Carrier: carrier, TrackingNumber: numberOf(number), Source: "bench", SourceKind: schemas.SourceCarrierPush,
			Code: "transit.moving", RawCode: "IT", Description: "In transit", Leg: schemas.LegForward,
			OccurredAt: at, OccurredZone: "+00:00", OccurredPrecision: schemas.PrecisionSecond, OccurredConfidence: schemas.ConfidenceGiven,
		})
		if err != nil {
			return fmt.Errorf("encoding a scan: %w", err)
		}
		l.records = append(l.records, record(schemas.TopicCarrierEvents, number, value, at))
	}
	return nil
}

// follow registers shipments, in pieces that fit a transaction, and waits until
// tracking knows them.
func (l *load) follow(ctx context.Context, s *rig.Stage, p point) error {
	const piece = 250_000
	for from := 0; from < p.Shipments; from += piece {
		var failed error
		err := s.Fill(ctx, func(produce func(*kgo.Record)) {
			for number := from; number < min(from+piece, p.Shipments); number++ {
				value, err := l.codecs.Registration.Encode(&schemas.Registration{
					Tenant: tenant, Carrier: carrier, TrackingNumber: numberOf(number), Backfill: schemas.BackfillNone, Tags: []string{},
				})
				if err != nil {
					failed = fmt.Errorf("encoding a registration: %w", err)
					return
				}
				produce(record(schemas.TopicRegistrations, number, value, start()))
			}
			tick(produce, p, start().Add(time.Minute))
		})
		if err = errors.Join(failed, err); err == nil {
			err = s.Open(ctx)
		}
		if err == nil {
			err = s.Handled(ctx, roles.Tracking)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

const (
	tenant  = "bench"
	carrier = "bench"
)

func numberOf(shipment int) string { return "S" + strconv.Itoa(shipment) }

func record(topic string, shipment int, value []byte, at time.Time) *kgo.Record {
	return &kgo.Record{Topic: topic, Key: []byte(carrier + ":" + numberOf(shipment)), Value: value, Timestamp: at}
}

// fill writes the load, so often, and its ticks, and leaves their transaction
// open.
func (l *load) fill(ctx context.Context, s *rig.Stage, p point, passes int) error {
	return s.Fill(ctx, func(produce func(*kgo.Record)) {
		for range passes {
			for _, r := range l.records {
				own := *r // a client keeps what it is given
				produce(&own)
			}
		}
		tick(produce, p, l.tickAt)
	})
}

// tick says on every partition that it is at least so late: tracking takes the
// inputs in the order of their times, and waits for one that says nothing.
func tick(produce func(*kgo.Record), p point, at time.Time) {
	for _, topic := range tracking.InputTopics() {
		for partition := range int32(p.Partitions) {
			produce(&kgo.Record{Topic: topic, Partition: partition, Timestamp: at, Headers: []kgo.RecordHeader{{Key: schemas.TickHeader}}})
		}
	}
}

// newStage is a broker with the topics and the tenant's endpoints, of which one
// wants what the standard load tells, and the others what never comes: its
// numbers are valid.
func newStage(ctx context.Context, l *load, p point) (*rig.Stage, error) {
	s, err := rig.NewStage(ctx, tracking.InputTopics()...)
	if err != nil {
		return nil, err
	}
	_, err = topics.Create(ctx, s.Client, topics.Layout{Partitions: p.Partitions, Replication: -1, Replay: true})
	if err == nil {
		err = l.addEndpoints(ctx, s, max(p.Endpoints, 1))
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("setting up a broker: %w", err), s.Close())
	}
	return s, nil
}

func (l *load) addEndpoints(ctx context.Context, s *rig.Stage, count int) error {
	var failed error
	err := s.Fill(ctx, func(produce func(*kgo.Record)) {
		for i := range count {
			e := tracking.Endpoint()
			if i > 0 {
				e.EndpointID, e.Statuses = "ep_"+strconv.Itoa(i), []string{"INVALID"}
			}
			value, err := l.codecs.WebhookEndpoint.Encode(e)
			failed = errors.Join(failed, err)
			produce(&kgo.Record{Topic: schemas.TopicWebhookEndpoints, Key: []byte(e.EndpointID), Value: value})
		}
	})
	if err = errors.Join(failed, err); err != nil {
		return err
	}
	return s.Open(ctx)
}

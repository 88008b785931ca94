package simulate

import (
	"strings"
	"time"

	"waybill/connectors/replay"
	"waybill/schemas"
)

// mapVersion stands in every event: the simulator chose its code.
const mapVersion = "sim/1"

const localForm = "2006-01-02T15:04:05"

// tell makes the records of the story: each scan as the carrier's push tells
// it, some time after it happened, and what goes wrong with that.
func (s *story) tell() ([]Told, error) {
	key, err := schemas.ShipmentKey(s.registration.Carrier, s.registration.TrackingNumber)
	if err != nil {
		return nil, err
	}
	received := s.receive()
	told := make([]Told, 0, 1+len(s.scans))
	told = append(told, Told{Record: replay.Record{Key: key, Arrival: s.registered, Registration: s.registration}, Moment: -1})
	for i := range s.scans {
		transport := time.Duration(20+s.chance.IntN(180)) * time.Millisecond
		r := replay.Record{Key: key, Arrival: received[i].Add(transport)}
		s.say(&r, i, received[i])
		told = append(told, Told{Record: r, Moment: i})
	}
	s.overtake(told[1:])
	return s.disturb(told), nil
}

// say puts into a record what tells of a scan.
func (s *story) say(r *replay.Record, index int, received time.Time) {
	made := &s.scans[index]
	if made.byHand {
		r.Registration = s.correction(made)
		return
	}
	of := made
	if made.withdraws > 0 {
		of = &s.scans[index-made.withdraws]
	}
	r.Event = s.event(*of)
	r.Event.ReceivedAt, r.Event.Retracted = &received, made.withdraws > 0
}

// leastTold is the least time between two scans' receipts. It is longer than any
// disorder, so that only those events are out of order that are meant to be.
const leastTold = maxBound + 2*time.Second

// receive gives the time at which each scan is received: mostly within a
// minute, at times in bulk after hours, always in order.
func (s *story) receive() []time.Time {
	received := make([]time.Time, len(s.scans))
	for i, made := range s.scans {
		lag := time.Duration(1+s.chance.IntN(60)) * time.Second
		switch n := s.chance.IntN(20); {
		case n == 0:
			lag = time.Duration(60+s.chance.IntN(120)) * time.Minute
		case n < 4:
			lag = time.Duration(1+s.chance.IntN(20)) * time.Minute
		}
		received[i] = made.at.Add(lag)
		if i > 0 && received[i].Before(received[i-1].Add(leastTold)) {
			received[i] = received[i-1].Add(leastTold)
		}
	}
	return received
}

// overtake lets some events come after the next one of the parcel: the source
// held them back and then sent both.
func (s *story) overtake(events []Told) {
	for i := 0; i+1 < len(events); i++ {
		if s.chance.Float64() >= s.options.DisorderRate || events[i].Event == nil || events[i+1].Event == nil {
			continue
		}
		next := events[i+1]
		behind := time.Millisecond + time.Duration(s.chance.Int64N(int64(s.options.DisorderBound)))
		events[i].Event.ReceivedAt = next.Event.ReceivedAt
		events[i].Arrival = next.Arrival.Add(min(behind, s.options.DisorderBound)).Truncate(time.Millisecond)
		i++ // the next one is overtaking and cannot be overtaken
	}
}

// event says what a scan is, in the words of the simulator's carrier.
func (s *story) event(made scan) *schemas.CarrierEvent {
	local := made.at.In(made.site.zone)
	event := &schemas.CarrierEvent{
		Carrier: s.registration.Carrier, TrackingNumber: s.registration.TrackingNumber, Source: "sim-push", SourceKind: schemas.SourceCarrierPush,
		Code: made.code.Name, RawCode: strings.ToUpper(strings.ReplaceAll(made.code.Name, ".", "_")), Description: made.code.Title,
		OccurredAt: made.at, OccurredLocal: local.Format(localForm), OccurredText: local.Format(time.RFC3339),
		OccurredZone: local.Format("-07:00"), OccurredPrecision: schemas.PrecisionSecond, OccurredConfidence: schemas.ConfidenceGiven,
		Location: &schemas.Location{City: made.site.city, State: made.site.state, PostalCode: made.site.postalCode, Country: made.site.country},
		Leg:      made.leg, MapVersion: mapVersion,
	}
	if made.eta != "" {
		event.ETADate, event.ETAZone = &made.eta, &s.to.zoneName
	}
	if made.code.Name == "delivered.signed" {
		event.SignedBy = "J. DOE"
	}
	return event
}

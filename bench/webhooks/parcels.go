package webhooks

import (
	"bytes"
	"fmt"
	"strconv"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/schemas"
)

// parcelPrefix stands before a parcel's number in its tracking number.
const parcelPrefix = "BENCH"

// Parcels are registrations and one carrier event for each: each event makes
// one webhook, where an endpoint wants it.
type Parcels struct {
	Codecs *schemas.Codecs
	Count  int
}

// Registrations make the parcels known.
func (p *Parcels) Registrations() (records []*kgo.Record, err error) {
	for number := range p.Count {
		value, err := p.Codecs.Registration.Encode(&schemas.Registration{
			Tenant: tenant, Carrier: "bench", TrackingNumber: TrackingNumber(number), Backfill: schemas.BackfillNone, Tags: []string{},
		})
		if err != nil {
			return nil, fmt.Errorf("encoding a registration: %w", err)
		}
		records = append(records, p.record(schemas.TopicRegistrations, number, value))
	}
	return records, nil
}

// Events are that they were delivered.
func (p *Parcels) Events() (records []*kgo.Record, err error) {
	now := time.Now().UTC().Truncate(time.Second)
	for number := range p.Count {
		value, err := p.Codecs.CarrierEvent.Encode(&schemas.CarrierEvent{
			Carrier: "bench", TrackingNumber: TrackingNumber(number), Source: "bench", SourceKind: schemas.SourceCarrierPush,
			Code: "delivered.delivered", RawCode: "D", Description: "Delivered to the addressee", Leg: schemas.LegForward,
			OccurredAt: now, OccurredZone: "+00:00", OccurredPrecision: schemas.PrecisionSecond, OccurredConfidence: schemas.ConfidenceGiven,
		})
		if err != nil {
			return nil, fmt.Errorf("encoding a carrier event: %w", err)
		}
		records = append(records, p.record(schemas.TopicCarrierEvents, number, value))
	}
	return records, nil
}

func (p *Parcels) record(topic string, number int, value []byte) *kgo.Record {
	return &kgo.Record{Topic: topic, Key: []byte("bench:" + TrackingNumber(number)), Value: value}
}

// TrackingNumber is that of a parcel.
func TrackingNumber(number int) string { return fmt.Sprintf("%s%09d", parcelPrefix, number) }

// parcelIn is the number of the parcel that a webhook's body tells of, -1 for
// another body.
func parcelIn(body []byte) int {
	_, rest, found := bytes.Cut(body, []byte(`"tracking_number":"`+parcelPrefix))
	text, _, ended := bytes.Cut(rest, []byte(`"`))
	number, err := strconv.Atoi(string(text))
	if !found || !ended || err != nil {
		return -1
	}
	return number
}

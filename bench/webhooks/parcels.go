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

// parcels are registrations and one carrier event for each: each event makes
// one webhook.
type parcels struct {
	codecs *schemas.Codecs
	prefix string // of topics
	count  int
}

// registrations make the parcels known.
func (p *parcels) registrations() (records []*kgo.Record, err error) {
	for number := range p.count {
		value, err := p.codecs.Registration.Encode(&schemas.Registration{
			Tenant: tenant, Carrier: "bench", TrackingNumber: trackingNumber(number), Backfill: schemas.BackfillNone, Tags: []string{},
		})
		if err != nil {
			return nil, fmt.Errorf("encoding a registration: %w", err)
		}
		records = append(records, p.record(schemas.TopicRegistrations, number, value))
	}
	return records, nil
}

// events are that they were delivered.
func (p *parcels) events() (records []*kgo.Record, err error) {
	now := time.Now().UTC().Truncate(time.Second)
	for number := range p.count {
		value, err := p.codecs.CarrierEvent.Encode(&schemas.CarrierEvent{
			Carrier: "bench", TrackingNumber: trackingNumber(number), Source: "bench", SourceKind: schemas.SourceCarrierPush,
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

func (p *parcels) record(topic string, number int, value []byte) *kgo.Record {
	return &kgo.Record{Topic: p.prefix + topic, Key: []byte("bench:" + trackingNumber(number)), Value: value}
}

func trackingNumber(number int) string { return fmt.Sprintf("%s%09d", parcelPrefix, number) }

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

package replay

import (
	"cmp"
	"slices"
	"time"

	"waybill/connectors/carriers"
	"waybill/schemas"
)

// Record is one record to be published: a registration or a carrier event,
// exactly one of the two.
type Record struct {
	// Key is the canonical shipment key.
	Key string
	// Arrival is when the record came, or comes, onto the log (rule T1), UTC,
	// whole milliseconds.
	Arrival      time.Time
	Registration *schemas.Registration
	Event        *schemas.CarrierEvent
}

// Topic is the logical name of the topic that the record belongs to.
func (r Record) Topic() string {
	if r.Registration != nil {
		return schemas.TopicRegistrations
	}
	return schemas.TopicCarrierEvents
}

// Order sorts records as they are published: by arrival, registrations first,
// else as given.
func Order(records []Record) {
	slices.SortStableFunc(records, func(a, b Record) int {
		if c := a.Arrival.Compare(b.Arrival); c != 0 {
			return c
		}
		return cmp.Compare(rank(a), rank(b))
	})
}

func rank(r Record) int {
	if r.Registration != nil {
		return 0
	}
	return 1
}

// canonicalKey gives the carrier's slug and the shipment key.
func canonicalKey(table *carriers.Table, carrier, number string) (slug, key string, err error) {
	slug = table.Canonical(carrier)
	key, err = schemas.ShipmentKey(slug, number)
	return slug, key, err
}

package simulate

import (
	"fmt"
	"time"

	"waybill/schemas"
	"waybill/schemas/status"
)

// world is what all stories share.
type world struct {
	options  Options
	model    *status.Model
	sites    []*site
	services []service
	numbers  []*numbering

	// Exceptions by where they happen: on the way, at a border, at the depot of
	// the destination.
	wayExceptions, borderExceptions, depotExceptions []string
	// furtherExceptions may follow within an episode. None is a physical scan, so
	// that none can be taken for the movement that ends it (rule D6).
	furtherExceptions []string
	deliveries        []string
	failedAttempts    []string
}

// place is a town with a depot.
type place struct {
	city, state, postalCode, country, zoneName string
	// customs names the customs territory; parcels between two are cleared.
	customs string
}

// site is a place with its zone loaded.
type site struct {
	place
	zone *time.Location
}

// service promises a delivery some days after the pick-up; a border is one day
// more.
type service struct {
	token, name string
	days        int
}

// newWorld makes the world. A code that stands twice in a list is twice as
// frequent.
func newWorld(o Options) (*world, error) {
	w := &world{
		options:  o,
		services: []service{{"express", "Sim Express", 2}, {"standard", "Sim Standard", 4}, {"economy", "Sim Economy", 7}},
		wayExceptions: []string{
			"exc.carrier_delay", "exc.carrier_delay", "exc.missed_connection", "exc.misrouted", "exc.held_by_carrier",
			"exc.damaged", "exc.weather", "exc.weather", "exc.external_delay", "exc.security", "exc.shipper", "exc.unspecified",
		},
		borderExceptions:  []string{"exc.customs_hold", "exc.customs_documents", "exc.duty_unpaid", "exc.prohibited"},
		depotExceptions:   []string{"exc.address", "exc.consignee_moved", "exc.held_at_request"},
		furtherExceptions: []string{"exc.carrier_delay", "exc.held_by_carrier", "exc.contact_carrier"},
		deliveries: []string{
			"delivered.delivered", "delivered.delivered", "delivered.signed", "delivered.safe_place", "delivered.neighbour",
		},
		failedAttempts: []string{
			"attempt.no_recipient", "attempt.no_recipient", "attempt.notice_left", "attempt.no_access", "attempt.business_closed",
		},
	}
	var err error
	if w.model, err = status.Default(); err != nil {
		return nil, err
	}
	if w.numbers, err = numberings(o.Carriers); err != nil {
		return nil, err
	}
	for _, p := range places() {
		zone, err := time.LoadLocation(p.zoneName)
		if err != nil {
			return nil, fmt.Errorf("loading the zone of %s: %w", p.city, err)
		}
		w.sites = append(w.sites, &site{place: p, zone: zone})
	}
	return w, nil
}

func places() []place {
	return []place{
		{"London", "", "E1 6AN", "GB", "Europe/London", "GB"},
		{"Manchester", "", "M1 1AE", "GB", "Europe/London", "GB"},
		{"Berlin", "", "10115", "DE", "Europe/Berlin", "EU"},
		{"Hamburg", "", "20095", "DE", "Europe/Berlin", "EU"},
		{"Lyon", "", "69001", "FR", "Europe/Paris", "EU"},
		{"Madrid", "", "28001", "ES", "Europe/Madrid", "EU"},
		{"Warsaw", "", "00-001", "PL", "Europe/Warsaw", "EU"},
		{"New York", "NY", "10001", "US", "America/New_York", "US"},
		{"Chicago", "IL", "60601", "US", "America/Chicago", "US"},
	}
}

func (p place) address() *schemas.Address {
	return &schemas.Address{City: p.city, State: p.state, PostalCode: p.postalCode, Country: p.country}
}

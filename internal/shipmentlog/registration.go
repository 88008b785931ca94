package shipmentlog

import (
	"time"

	"waybill/schemas"
)

// Registration is a tenant's registration as it stands, and how its parcel does
// as the tenant is shown it (R5, R7). What was done by hand is among the events,
// as action.*. Times are UTC.
type Registration struct {
	RegistrationID string    `ch:"registration_id" json:"registration_id"`
	Carrier        string    `ch:"carrier" json:"carrier"`
	TrackingNumber string    `ch:"tracking_number" json:"tracking_number"`
	Epoch          time.Time `ch:"epoch" json:"epoch"`
	Tenant         string    `ch:"tenant" json:"tenant"`
	// State is active, expired, stopped, closed, moved, refused or do_not_track,
	// for Reason, by Actor.
	State  string `ch:"state" json:"state"`
	Reason string `ch:"reason" json:"reason"`
	Actor  string `ch:"actor" json:"actor"`

	Status         string     `ch:"status_shown" json:"status"`
	Code           string     `ch:"code_shown" json:"code"`
	StatusAt       *time.Time `ch:"status_shown_at" json:"status_at"`
	PreviousStatus string     `ch:"previous_status" json:"previous_status"`
	ETA            *Target    `ch:"-" json:"eta"`
	DeliveredAt    *time.Time `ch:"delivered_at" json:"delivered_at"`
	StalledAt      *time.Time `ch:"stalled_at" json:"stalled_at"`
	LastEventAt    *time.Time `ch:"last_event_at" json:"last_event_at"`
	// Exceptions are open ones, and those among them that nobody took in hand.
	OpenExceptions           int32 `ch:"open_exceptions" json:"open_exceptions"`
	UnacknowledgedExceptions int32 `ch:"unacknowledged_exceptions" json:"unacknowledged_exceptions"`

	// Promised is the tenant's own, Measure what delay is measured against (D1):
	// promised, original_eta or empty. DelayS is by how much it was missed, in
	// seconds, AccountableDelayS the carrier's part of it (D2, D6).
	Promised          *Target    `ch:"-" json:"promised"`
	Measure           string     `ch:"measure" json:"measure"`
	DelayedAt         *time.Time `ch:"delayed_at" json:"delayed_at"`
	DelayClearedAt    *time.Time `ch:"delay_cleared_at" json:"delay_cleared_at"`
	AtRiskAt          *time.Time `ch:"at_risk_at" json:"at_risk_at"`
	DelayS            *int64     `ch:"delay_s" json:"delay_s"`
	AccountableDelayS *int64     `ch:"accountable_delay_s" json:"accountable_delay_s"`

	Metadata       string                `ch:"metadata" json:"metadata"`
	Reference      string                `ch:"reference" json:"reference"`
	Transaction    string                `ch:"transaction" json:"transaction"`
	Tags           []string              `ch:"tags" json:"tags"`
	CarrierAccount string                `ch:"carrier_account" json:"carrier_account"`
	IsReturn       bool                  `ch:"is_return" json:"is_return"`
	ShipDate       *string               `ch:"ship_day" json:"ship_date"`
	ServiceLevel   *schemas.ServiceLevel `ch:"-" json:"service_level"`
	Origin         *schemas.Address      `ch:"-" json:"origin"`
	Destination    *schemas.Address      `ch:"-" json:"destination"`
	Backfill       string                `ch:"backfill" json:"backfill"`

	// The window is [RegisteredAt, ExpiresAt) (R4).
	RegisteredAt time.Time `ch:"registered_at" json:"registered_at"`
	ExpiresAt    time.Time `ch:"expires_at" json:"expires_at"`
	UpdatedAt    time.Time `ch:"updated_at" json:"updated_at"`
	// Webhooks is how many were made for it.
	Webhooks int64 `ch:"webhooks" json:"webhooks"`

	currentEventID string // R5
}

// States of a registration.
const (
	stateActive     = "active" // in its window
	stateDoNotTrack = "do_not_track"
	stateRefused    = "refused"
	stateMoved      = "moved" // over to another row
)

// States are all of them.
func States() []string {
	return []string{stateActive, "expired", "stopped", "closed", stateMoved, stateRefused, stateDoNotTrack}
}

// followsNothing tells whether the registration was never taken on (R2, R3, R8).
func (r *Registration) followsNothing() bool {
	return r.State == stateDoNotTrack || r.State == stateRefused
}

// A row that was written before there was shown_status shows the shipment's.
const (
	statusColumn = "if(shown_status = '', status, shown_status)"
	codeColumn   = "if(shown_status = '', code, shown_code)"
)

const registrationColumns = `
    registration_id, carrier, tracking_number, epoch, tenant, state, reason, actor,
    ` + statusColumn + ` AS status_shown, ` + codeColumn + ` AS code_shown,
    if(shown_status = '', status_at, shown_at) AS status_shown_at, previous_status, delivered_at, stalled_at, last_event_at,
    toString(eta_date) AS eta_day, eta_at, open_exceptions, unacknowledged_exceptions,
    toString(promised_date) AS promised_day, promised_at, promised_zone, measure, delayed_at, delay_cleared_at, at_risk_at, delay_s, accountable_delay_s,
    metadata, reference, transaction, tags, carrier_account, is_return, toString(ship_date) AS ship_day,
    service_name, service_token, service_terms, service_extended_token, service_parent_token,
    origin_street, origin_city, origin_state, origin_postal_code, origin_country,
    destination_street, destination_city, destination_state, destination_postal_code, destination_country,
    backfill, registered_at, expires_at, updated_at, webhooks, current_event_id`

// registrationRow is a row of the table.
type registrationRow struct {
	Registration

	ETADay            *string    `ch:"eta_day"`
	ETAAt             *time.Time `ch:"eta_at"`
	PromisedDay       *string    `ch:"promised_day"`
	PromisedAt        *time.Time `ch:"promised_at"`
	PromisedZone      *string    `ch:"promised_zone"`
	ServiceName       string     `ch:"service_name"`
	ServiceToken      string     `ch:"service_token"`
	ServiceTerms      string     `ch:"service_terms"`
	ServiceExtended   string     `ch:"service_extended_token"`
	ServiceParent     string     `ch:"service_parent_token"`
	OriginStreet      string     `ch:"origin_street"`
	OriginCity        string     `ch:"origin_city"`
	OriginState       string     `ch:"origin_state"`
	OriginPostalCode  string     `ch:"origin_postal_code"`
	OriginCountry     string     `ch:"origin_country"`
	DestinationStreet string     `ch:"destination_street"`
	DestinationCity   string     `ch:"destination_city"`
	DestinationState  string     `ch:"destination_state"`
	DestinationPostal string     `ch:"destination_postal_code"`
	DestinationLand   string     `ch:"destination_country"`
	CurrentEventID    string     `ch:"current_event_id"`
}

// registration gives the row as it is shown. Of a registration that follows
// nothing the carrier's side stays out, for others may follow that parcel.
func (row *registrationRow) registration() Registration {
	r := row.Registration
	r.ETA, r.Promised = target(row.ETADay, nil, row.ETAAt), target(row.PromisedDay, row.PromisedZone, row.PromisedAt)
	r.ServiceLevel = orNil(schemas.ServiceLevel{
		Name: row.ServiceName, Token: row.ServiceToken, Terms: row.ServiceTerms, ExtendedToken: row.ServiceExtended, ParentToken: row.ServiceParent,
	})
	r.Origin = orNil(schemas.Address{
		Street: row.OriginStreet, City: row.OriginCity, State: row.OriginState, PostalCode: row.OriginPostalCode, Country: row.OriginCountry,
	})
	r.Destination = orNil(schemas.Address{
		Street: row.DestinationStreet, City: row.DestinationCity, State: row.DestinationState, PostalCode: row.DestinationPostal, Country: row.DestinationLand,
	})
	r.currentEventID = row.CurrentEventID
	if r.followsNothing() {
		r.ETA, r.DeliveredAt, r.StalledAt, r.LastEventAt = nil, nil, nil, nil
	}
	return r
}

func registrationsOf(rows []registrationRow) []Registration {
	all := make([]Registration, len(rows))
	for i := range rows {
		all[i] = rows[i].registration()
	}
	return all
}

// orNil gives a value, or nil where nothing of it is known.
func orNil[T comparable](v T) *T {
	if v == *new(T) {
		return nil
	}
	return &v
}

// Target is when a parcel should be there: a day, YYYY-MM-DD, in its zone where
// that is known, or an instant.
type Target struct {
	Date string     `json:"date"`
	Zone string     `json:"zone"`
	At   *time.Time `json:"at"`
}

func target(day, zone *string, at *time.Time) *Target {
	if day == nil && at == nil {
		return nil
	}
	t := &Target{At: at}
	if day != nil {
		t.Date = *day
	}
	if zone != nil {
		t.Zone = *zone
	}
	return t
}

// String gives the day, or the instant; nothing where there is none.
func (t *Target) String() string {
	switch {
	case t == nil:
		return ""
	case t.At != nil:
		return t.At.UTC().Format(time.DateTime)
	}
	return t.Date
}

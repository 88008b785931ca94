package remap

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"strconv"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"waybill/connectors/replay"
	"waybill/schemas"
)

// Filter says which parcels are read: those with an event that fits. The zero
// value is all of them.
type Filter struct {
	Source, Carrier string    // of an event; empty: any
	Since           time.Time // when it arrived, at the earliest; zero: ever
	// Last is as Since, counted back from the end of the history; 0: Since counts.
	Last    time.Duration
	Parcels int // at most so many, those with the latest events; 0: all
}

// parcelsWanted picks parcels. The columns are of the key of tracking_events.
const parcelsWanted = `(carrier, tracking_number) IN (
    SELECT carrier, tracking_number FROM tracking_events
    WHERE type = 'tracking.event' AND ({source:String} = '' OR source = {source:String})
        AND ({carrier:String} = '' OR carrier = {carrier:String}) AND arrived_at >= {since:DateTime64(3, 'UTC')}
    GROUP BY carrier, tracking_number
    ORDER BY max(arrived_at) DESC, carrier, tracking_number
    LIMIT {parcels:UInt64})`

const historyEvents = `
SELECT carrier, tracking_number, status, code, leg, occurred_at, occurred_local, occurred_text, occurred_zone, occurred_precision,
    occurred_confidence, received_at, arrived_at, source, source_kind, raw_code, raw_status, description, location_name, location_city,
    location_state, location_postal_code, location_country, signed_by, map_version
FROM tracking_events FINAL
WHERE type = 'tracking.event' AND ` + parcelsWanted + `
ORDER BY carrier, tracking_number, arrived_at, occurred_at`

// A registration that went over to a new life of its number has a row in both.
const historyRegistrations = `
SELECT carrier, tracking_number, tenant, registration_id, registered_at, expires_at, backfill, promised_date, promised_at, promised_zone,
    service, origin_country, destination_country
FROM registrations FINAL
WHERE state NOT IN ('do_not_track', 'refused') AND ` + parcelsWanted + `
ORDER BY carrier, tracking_number, registered_at
LIMIT 1 BY carrier, tracking_number, registration_id`

// event is a row of the history.
type event struct {
	Carrier            string    `ch:"carrier"`
	TrackingNumber     string    `ch:"tracking_number"`
	Status             string    `ch:"status"`
	Code               string    `ch:"code"`
	Leg                string    `ch:"leg"`
	OccurredAt         time.Time `ch:"occurred_at"`
	OccurredLocal      string    `ch:"occurred_local"`
	OccurredText       string    `ch:"occurred_text"`
	OccurredZone       string    `ch:"occurred_zone"`
	OccurredPrecision  string    `ch:"occurred_precision"`
	OccurredConfidence string    `ch:"occurred_confidence"`
	ReceivedAt         time.Time `ch:"received_at"`
	ArrivedAt          time.Time `ch:"arrived_at"`
	Source             string    `ch:"source"`
	SourceKind         string    `ch:"source_kind"`
	RawCode            string    `ch:"raw_code"`
	RawStatus          string    `ch:"raw_status"`
	Description        string    `ch:"description"`
	LocationName       string    `ch:"location_name"`
	LocationCity       string    `ch:"location_city"`
	LocationState      string    `ch:"location_state"`
	LocationPostalCode string    `ch:"location_postal_code"`
	LocationCountry    string    `ch:"location_country"`
	SignedBy           string    `ch:"signed_by"`
	MapVersion         string    `ch:"map_version"`
}

// record gives the event as it came, with a code.
func (e *event) record(code, mapVersion string) replay.Record {
	return replay.Record{Key: e.Carrier + ":" + e.TrackingNumber, Arrival: e.ArrivedAt, Event: &schemas.CarrierEvent{
		Carrier: e.Carrier, TrackingNumber: e.TrackingNumber, Code: code, MapVersion: mapVersion, Leg: e.Leg,
		OccurredAt: e.OccurredAt, OccurredLocal: e.OccurredLocal, OccurredText: e.OccurredText, OccurredZone: e.OccurredZone,
		OccurredPrecision: e.OccurredPrecision, OccurredConfidence: e.OccurredConfidence, ReceivedAt: &e.ReceivedAt,
		Source: e.Source, SourceKind: e.SourceKind, RawCode: e.RawCode, RawStatus: e.RawStatus, Description: e.Description, SignedBy: e.SignedBy,
		Location: &schemas.Location{
			Name: e.LocationName, City: e.LocationCity, State: e.LocationState, PostalCode: e.LocationPostalCode, Country: e.LocationCountry,
		},
	}}
}

// registration is a row of those who follow a parcel.
type registration struct {
	Carrier            string     `ch:"carrier"`
	TrackingNumber     string     `ch:"tracking_number"`
	Tenant             string     `ch:"tenant"`
	RegistrationID     string     `ch:"registration_id"`
	RegisteredAt       time.Time  `ch:"registered_at"`
	ExpiresAt          time.Time  `ch:"expires_at"`
	Backfill           string     `ch:"backfill"`
	PromisedDate       *time.Time `ch:"promised_date"`
	PromisedAt         *time.Time `ch:"promised_at"`
	PromisedZone       *string    `ch:"promised_zone"`
	Service            string     `ch:"service"`
	OriginCountry      string     `ch:"origin_country"`
	DestinationCountry string     `ch:"destination_country"`
}

// longestWindow is the longest window of a registration, in days (R1).
const longestWindow = 30

func (r *registration) record() replay.Record {
	days := int(math.Ceil(r.ExpiresAt.Sub(r.RegisteredAt).Hours() / 24))
	made := &schemas.Registration{
		Tenant: r.Tenant, Carrier: r.Carrier, TrackingNumber: r.TrackingNumber, RegistrationID: r.RegistrationID, Backfill: r.Backfill,
		WindowDays: min(max(days, 1), longestWindow), PromisedAt: r.PromisedAt, PromisedZone: r.PromisedZone,
	}
	if r.PromisedDate != nil {
		date := r.PromisedDate.Format(time.DateOnly)
		made.PromisedDate = &date
	}
	if r.Service != "" {
		made.ServiceLevel = &schemas.ServiceLevel{Token: r.Service}
	}
	if r.OriginCountry != "" {
		made.Origin = &schemas.Address{Country: r.OriginCountry}
	}
	if r.DestinationCountry != "" {
		made.Destination = &schemas.Address{Country: r.DestinationCountry}
	}
	return replay.Record{Key: r.Carrier + ":" + r.TrackingNumber, Arrival: r.RegisteredAt, Registration: made}
}

// parcel is what is known of one number.
type parcel struct {
	carrier, number string
	events          []event
	registrations   []registration
}

// history reads parcels one after the other, in the order of their keys.
type history struct {
	events, registrations *cursor
}

// cursor goes through the rows of a query, one ahead.
type cursor struct {
	rows driver.Rows
	more bool
	scan func() error
	key  func() [2]string
}

func (c *cursor) advance() error {
	if c.more = c.rows.Next(); c.more {
		return c.scan()
	}
	return c.rows.Err()
}

// values are the parameters of what is asked.
func (f Filter) values() []any {
	since, parcels := f.Since, uint64(math.MaxInt64)
	if since.IsZero() {
		since = time.Unix(0, 0)
	}
	if f.Parcels > 0 {
		parcels = uint64(f.Parcels)
	}
	return []any{
		clickhouse.Named("source", f.Source), clickhouse.Named("carrier", f.Carrier),
		clickhouse.Named("since", since.UTC().Format("2006-01-02 15:04:05.000")), clickhouse.Named("parcels", strconv.FormatUint(parcels, 10)),
	}
}

// countParcels tells how many parcels there are to compare.
func countParcels(ctx context.Context, conn driver.Conn, f Filter) (int, error) {
	var n uint64
	if err := conn.QueryRow(ctx, "SELECT uniqExact(carrier, tracking_number) FROM tracking_events WHERE "+parcelsWanted, f.values()...).Scan(&n); err != nil {
		return 0, fmt.Errorf("counting the parcels of the history: %w", err)
	}
	return int(n), nil
}

// query opens the two cursors. The history must be closed.
func query(ctx context.Context, conn driver.Conn, f Filter, nextEvent *event, nextRegistration *registration) (*history, error) {
	values := f.values()
	events, err := conn.Query(ctx, historyEvents, values...)
	if err != nil {
		return nil, fmt.Errorf("reading the history of parcels: %w", err)
	}
	registrations, err := conn.Query(ctx, historyRegistrations, values...)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("reading who follows the parcels: %w", err), events.Close())
	}
	h := &history{
		events: &cursor{
			rows: events,
			scan: func() error { return events.ScanStruct(nextEvent) },
			key:  func() [2]string { return [2]string{nextEvent.Carrier, nextEvent.TrackingNumber} },
		},
		registrations: &cursor{
			rows: registrations,
			scan: func() error { *nextRegistration = registration{}; return registrations.ScanStruct(nextRegistration) },
			key:  func() [2]string { return [2]string{nextRegistration.Carrier, nextRegistration.TrackingNumber} },
		},
	}
	if err := errors.Join(h.events.advance(), h.registrations.advance()); err != nil {
		return nil, errors.Join(err, h.close())
	}
	return h, nil
}

func (h *history) close() error {
	return errors.Join(h.events.rows.Close(), h.registrations.rows.Close())
}

// read hands on every parcel that has an event.
func read(ctx context.Context, conn driver.Conn, f Filter, each func(*parcel) error) (err error) {
	var e event
	var r registration
	h, err := query(ctx, conn, f, &e, &r)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, h.close()) }()
	for h.events.more {
		key := h.events.key()
		p := &parcel{carrier: key[0], number: key[1]}
		for h.events.more && h.events.key() == key {
			p.events = append(p.events, e)
			if err := h.events.advance(); err != nil {
				return err
			}
		}
		for h.registrations.more && compare(h.registrations.key(), key) <= 0 {
			if h.registrations.key() == key {
				p.registrations = append(p.registrations, r)
			}
			if err := h.registrations.advance(); err != nil {
				return err
			}
		}
		if err := each(p); err != nil {
			return err
		}
	}
	return nil
}

func compare(a, b [2]string) int { return cmp.Or(cmp.Compare(a[0], b[0]), cmp.Compare(a[1], b[1])) }

package shipmentlog

import (
	"context"
	"fmt"

	"waybill/internal/listing"

	"github.com/ClickHouse/clickhouse-go/v2"
	"golang.org/x/sync/errgroup"
)

// What the queries about a parcel have in common: the first columns of the keys
// of their tables. What belongs to a tenant is read of that tenant alone.
const (
	ofParcel = ` WHERE carrier = {carrier:String} AND tracking_number = {number:String}`
	ofTenant = ` AND ({everyone:Bool} OR tenant = {tenant:String})`
	ofEvents = ` AND ({everyone:Bool} OR tenant IN ('', {tenant:String}))`
	newest   = ` LIMIT {rows:UInt32}`
)

const shipmentsQuery = `
SELECT epoch, version, status, code, leg, status_at, present_event_id, terminal, clock_start, clock_stop, clock_stop_code, delivered_at, delivered_local,
    toString(eta_date) AS eta_day, eta_at, toString(original_eta_date) AS original_eta_day, original_eta_at,
    last_scan_at, stalled_at, not_found_at, attempts, closed, updated_at
FROM shipments FINAL` + ofParcel + ` ORDER BY epoch DESC`

const registrationsQuery = `
SELECT ` + registrationColumns + `
FROM registrations FINAL` + ofParcel + ofTenant + ` ORDER BY registered_at, registration_id`

const exceptionsQuery = `
SELECT epoch, version, opening_event_id, code, party, severity, opened_at, closed_at, closing_event_id, closing_code
FROM exception_episodes FINAL` + ofParcel + ` ORDER BY epoch, opened_at, opening_event_id`

const acknowledgementsQuery = `
SELECT epoch, version, tenant, registration_id, opening_event_id, acknowledged_at, actor
FROM acknowledgements FINAL` + ofParcel + ofTenant + ` ORDER BY acknowledged_at, opening_event_id`

const etaChangesQuery = `
SELECT epoch, version, causing_event_id, changed_at, toString(from_date) AS from_day, from_at, toString(to_date) AS to_day, to_at, source, reason
FROM eta_changes FINAL` + ofParcel + ` ORDER BY epoch, changed_at, causing_event_id`

const eventsQuery = `
SELECT * FROM
(
    SELECT event_id, epoch, version, type, tenant, registration_id, status, code, milestone, stops_clock, action_required, party, severity, leg,
        occurred_at, occurred_local, occurred_text, occurred_zone, occurred_precision, occurred_confidence, received_at, arrived_at,
        location_name, location_city, location_state, location_postal_code, location_country,
        source, source_kind, also_from, raw_code, raw_status, description, signed_by, map_version, model_version,
        previous_status, decision, evidence, actor, object_created, object_updated
    FROM tracking_events FINAL` + ofParcel + ofEvents + ` ORDER BY epoch DESC, occurred_at DESC, version DESC, event_id DESC` + newest + `
)
ORDER BY epoch, occurred_at, version, event_id`

const decisionsQuery = `
SELECT * FROM
(
    SELECT epoch, source_topic, source_partition, source_offset, version, decision, rule, reason, warnings, event_id, other_event_id, code, raw_code,
        source, occurred_at, received_at, arrived_at, decided_at
    FROM decisions FINAL` + ofParcel + ` ORDER BY arrived_at DESC, source_topic DESC, source_partition DESC, source_offset DESC` + newest + `
)
ORDER BY arrived_at, source_topic, source_partition, source_offset`

// What waits behind another webhook, or for its endpoint, has no attempt yet. A
// webhook itself is kept for 35 days, its attempts for good.
const webhooksQuery = `
SELECT * FROM
(
    SELECT job_id, epoch, registration_id, tenant, endpoint_id, type, sequence, created_at, attempts, status AS outcome, reason, status_code,
        toNullable(last_attempt_at) AS last_attempt, next_attempt_at
    FROM webhook_standing` + ofParcel + ofTenant + `
        AND job_id IN (SELECT job_id FROM webhook_attempts` + ofParcel + ofTenant + `)
    UNION ALL
    SELECT job_id, epoch, registration_id, tenant, endpoint_id, type, sequence, created_at, 0, 'open', '', 0, NULL, NULL
    FROM webhooks FINAL` + ofParcel + ofTenant + `
        AND job_id NOT IN (SELECT job_id FROM webhook_attempts` + ofParcel + ofTenant + `)
    ORDER BY created_at DESC` + newest + `
)
ORDER BY tenant, endpoint_id, registration_id, sequence`

// Look reads a parcel, by its canonical carrier and number, as a tenant may see
// it, without decisions and webhooks. It is nil where the tenant follows nothing
// of that name.
func (l *Log) Look(ctx context.Context, tenant, carrier, number string) (*Parcel, error) {
	return l.ofTenant(ctx, tenant, carrier, number, false)
}

// Explain is Look with the decision on each raw event and what was sent.
func (l *Log) Explain(ctx context.Context, tenant, carrier, number string) (*Parcel, error) {
	return l.ofTenant(ctx, tenant, carrier, number, true)
}

func (l *Log) ofTenant(ctx context.Context, tenant, carrier, number string, why bool) (*Parcel, error) {
	if err := listing.Tenant(tenant); err != nil {
		return nil, err
	}
	read, err := l.read(ctx, tenant, carrier, number, why)
	if err != nil || len(read.registrations) == 0 {
		return nil, err
	}
	p := read.parcel()
	p.keep(eyesOf(p))
	return p, nil
}

// ExplainAll is for operators: all that is known of a parcel, whoever follows
// it, or nobody. It is nil where nothing is known.
func (l *Log) ExplainAll(ctx context.Context, carrier, number string) (*Parcel, error) {
	read, err := l.read(ctx, "", carrier, number, true)
	if err != nil || len(read.shipments)+len(read.decisions)+len(read.events) == 0 {
		return nil, err
	}
	return read.parcel(), nil
}

// read asks all questions about a parcel at once. No tenant is every tenant.
func (l *Log) read(ctx context.Context, tenant, carrier, number string, why bool) (*rows, error) {
	r := &rows{}
	g, ctx := errgroup.WithContext(ctx)
	ask := func(what, query string, into any) {
		g.Go(func() error {
			err := l.ask(ctx, 1, into, query, clickhouse.Named("carrier", carrier), clickhouse.Named("number", number),
				clickhouse.Named("tenant", tenant), clickhouse.Named("everyone", tenant == ""), clickhouse.Named("rows", maxRows))
			if err != nil {
				return fmt.Errorf("reading the %s of %s %s: %w", what, carrier, number, err)
			}
			return nil
		})
	}
	ask("shipments", shipmentsQuery, &r.shipments)
	ask("registrations", registrationsQuery, &r.registrations)
	ask("exceptions", exceptionsQuery, &r.exceptions)
	ask("acknowledgements", acknowledgementsQuery, &r.acknowledgements)
	ask("ETA changes", etaChangesQuery, &r.etaChanges)
	ask("events", eventsQuery, &r.events)
	if why {
		ask("decisions", decisionsQuery, &r.decisions)
		ask("webhooks", webhooksQuery, &r.webhooks)
	}
	return r, g.Wait()
}

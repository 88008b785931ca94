package analytics

import (
	"context"
	"fmt"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
)

// What the queries of an explanation have in common: they are of one parcel and,
// where a tenant asks, of the lives that it follows. What belongs to a tenant is
// shown to that tenant alone; without one, everything is shown.
const (
	ofParcel = `carrier = {carrier:String} AND tracking_number = {number:String}
    AND ({tenant:String} = '' OR epoch IN (SELECT epoch FROM registrations FINAL
        WHERE tenant = {tenant:String} AND carrier = {carrier:String} AND tracking_number = {number:String}))`
	ofTenant = ` AND ({tenant:String} = '' OR tenant = {tenant:String})`
	ofEvents = ` AND ({tenant:String} = '' OR tenant = '' OR tenant = {tenant:String})`
	// A row that a correction took away has an older version than its shipment.
	thatCounts = ` AND (epoch, version) IN (SELECT epoch, version FROM shipments FINAL
    WHERE carrier = {carrier:String} AND tracking_number = {number:String})`
)

const explainShipments = `
SELECT epoch, version, status, code, leg, status_at, present_event_id, terminal, clock_start, clock_stop, clock_stop_code, delivered_at,
    coalesce(toString(eta_date), toString(eta_at), '') AS eta, coalesce(toString(original_eta_date), toString(original_eta_at), '') AS original_eta,
    last_scan_at, stalled_at, not_found_at, attempts, closed, updated_at
FROM shipments FINAL WHERE ` + ofParcel + ` ORDER BY epoch DESC`

const explainRegistrations = `
SELECT registration_id, epoch, tenant, state, reason, actor, reference, registered_at, expires_at, backfill, measure,
    delayed_at, delay_cleared_at, at_risk_at, delay_s, accountable_delay_s, webhooks,
    coalesce(toString(promised_date), toString(promised_at), '') AS promise
FROM registrations FINAL WHERE ` + ofParcel + ofTenant + ` ORDER BY registered_at, registration_id`

const explainExceptions = `
SELECT epoch, opening_event_id, code, party, severity, opened_at, closed_at, closing_event_id, closing_code
FROM exception_episodes FINAL WHERE ` + ofParcel + thatCounts + ` ORDER BY epoch, opened_at`

const explainAcknowledgements = `
SELECT epoch, tenant, registration_id, opening_event_id, acknowledged_at, actor
FROM acknowledgements FINAL WHERE ` + ofParcel + thatCounts + ofTenant + ` ORDER BY acknowledged_at`

const explainETAChanges = `
SELECT epoch, causing_event_id, changed_at, coalesce(toString(from_date), toString(from_at), '') AS from,
    coalesce(toString(to_date), toString(to_at), '') AS to, source, reason
FROM eta_changes FINAL WHERE ` + ofParcel + thatCounts + ` ORDER BY epoch, changed_at`

const explainEvents = `
SELECT event_id, epoch, type, tenant, registration_id, status, code, party, occurred_at, occurred_local, occurred_precision, occurred_confidence,
    received_at, arrived_at, source, source_kind, also_from, raw_code, raw_status, description, map_version, model_version,
    previous_status, decision, evidence, actor
FROM tracking_events FINAL WHERE ` + ofParcel + ofEvents + ` ORDER BY epoch, occurred_at, version, event_id`

const explainDecisions = `
SELECT epoch, source_topic, source_partition, source_offset, version, decision, rule, reason, warnings, event_id, other_event_id, code, raw_code,
    source, occurred_at, received_at, arrived_at, decided_at
FROM decisions FINAL WHERE ` + ofParcel + ` ORDER BY arrived_at, source_topic, source_partition, source_offset`

// What waits behind another webhook, or for its endpoint, has no attempt yet. A
// webhook itself is kept for 35 days, its attempts for good.
const explainWebhooks = `
SELECT * FROM
(
    SELECT job_id, epoch, registration_id, tenant, endpoint_id, type, sequence, created_at, attempts, status AS outcome, reason, status_code,
        toNullable(last_attempt_at) AS last_attempt, next_attempt_at
    FROM webhook_standing
    WHERE job_id IN (SELECT job_id FROM webhook_attempts WHERE carrier = {carrier:String} AND tracking_number = {number:String})
        AND ` + ofParcel + ofTenant + `
    UNION ALL
    SELECT job_id, epoch, registration_id, tenant, endpoint_id, type, sequence, created_at, 0, 'open', '', 0, NULL, NULL
    FROM webhooks FINAL
    WHERE job_id NOT IN (SELECT job_id FROM webhook_attempts WHERE carrier = {carrier:String} AND tracking_number = {number:String})
        AND ` + ofParcel + ofTenant + `
)
ORDER BY tenant, endpoint_id, registration_id, sequence`

// Explain reads everything known of one parcel, by its canonical carrier and
// number. With a tenant, it is what that tenant may see: the carrier's side of
// the lives that it follows, and of what belongs to tenants its own. An
// explanation without shipments and decisions means that nothing is known.
func Explain(ctx context.Context, conn driver.Conn, carrier, number, tenant string) (*Explanation, error) {
	e := &Explanation{}
	for _, q := range []struct {
		what, query string
		into        any
	}{
		{"shipments", explainShipments, &e.Shipments},
		{"registrations", explainRegistrations, &e.Registrations},
		{"exceptions", explainExceptions, &e.Exceptions},
		{"acknowledgements", explainAcknowledgements, &e.Acknowledgements},
		{"ETA changes", explainETAChanges, &e.ETAChanges},
		{"events", explainEvents, &e.Events},
		{"decisions", explainDecisions, &e.Decisions},
		{"webhooks", explainWebhooks, &e.Webhooks},
	} {
		err := conn.Select(ctx, q.into, q.query,
			clickhouse.Named("carrier", carrier), clickhouse.Named("number", number), clickhouse.Named("tenant", tenant))
		if err != nil {
			return nil, fmt.Errorf("reading the %s of %s %s: %w", q.what, carrier, number, err)
		}
	}
	return e, nil
}

package analytics

import (
	"context"
	"fmt"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
)

// Explanation is everything known of one parcel: how it stands, and for each
// raw event what became of it and why.
type Explanation struct {
	Shipments     []ExplainedShipment     `json:"shipments"`
	Registrations []ExplainedRegistration `json:"registrations"`
	Events        []ExplainedEvent        `json:"events"`
	Decisions     []ExplainedDecision     `json:"decisions"`
	Webhooks      []ExplainedWebhook      `json:"webhooks"`
}

// ExplainedShipment is a life of the number, newest first.
type ExplainedShipment struct {
	Epoch          time.Time  `ch:"epoch" json:"epoch"`
	Revision       uint64     `ch:"version" json:"revision"`
	Status         string     `ch:"status" json:"status"`
	Code           string     `ch:"code" json:"code"`
	StatusAt       *time.Time `ch:"status_at" json:"status_at"`
	PresentEventID string     `ch:"present_event_id" json:"present_event_id"`
	Terminal       bool       `ch:"terminal" json:"terminal"`
	ClockStart     *time.Time `ch:"clock_start" json:"clock_start"`
	ClockStop      *time.Time `ch:"clock_stop" json:"clock_stop"`
	DeliveredAt    *time.Time `ch:"delivered_at" json:"delivered_at"`
	Closed         bool       `ch:"closed" json:"closed"`
	UpdatedAt      time.Time  `ch:"updated_at" json:"updated_at"`
}

// ExplainedRegistration is a tenant's registration as it stands.
type ExplainedRegistration struct {
	RegistrationID string     `ch:"registration_id" json:"registration_id"`
	Tenant         string     `ch:"tenant" json:"tenant"`
	State          string     `ch:"state" json:"state"`
	Reference      string     `ch:"reference" json:"reference"`
	RegisteredAt   time.Time  `ch:"registered_at" json:"registered_at"`
	ExpiresAt      time.Time  `ch:"expires_at" json:"expires_at"`
	Promise        string     `ch:"promise" json:"promise"`
	DelayedAt      *time.Time `ch:"delayed_at" json:"delayed_at"`
	DelayClearedAt *time.Time `ch:"delay_cleared_at" json:"delay_cleared_at"`
}

// ExplainedEvent is an event of the history, in the order of rule O2's first
// key: when it occurred.
type ExplainedEvent struct {
	EventID       string    `ch:"event_id" json:"event_id"`
	Epoch         time.Time `ch:"epoch" json:"epoch"`
	Type          string    `ch:"type" json:"type"`
	Tenant        string    `ch:"tenant" json:"tenant"`
	Status        string    `ch:"status" json:"status"`
	Code          string    `ch:"code" json:"code"`
	OccurredAt    time.Time `ch:"occurred_at" json:"occurred_at"`
	OccurredLocal string    `ch:"occurred_local" json:"occurred_local"`
	Precision     string    `ch:"occurred_precision" json:"occurred_precision"`
	ReceivedAt    time.Time `ch:"received_at" json:"received_at"`
	ArrivedAt     time.Time `ch:"arrived_at" json:"arrived_at"`
	Source        string    `ch:"source" json:"source"`
	Description   string    `ch:"description" json:"description"`
	Decision      string    `ch:"decision" json:"decision"`
}

// ExplainedDecision is the last word on one raw event, in the order of the
// log.
type ExplainedDecision struct {
	Topic        string    `ch:"source_topic" json:"source_topic"`
	Partition    int32     `ch:"source_partition" json:"source_partition"`
	Offset       int64     `ch:"source_offset" json:"source_offset"`
	Decision     string    `ch:"decision" json:"decision"`
	Rule         string    `ch:"rule" json:"rule"`
	Reason       string    `ch:"reason" json:"reason"`
	Warnings     []string  `ch:"warnings" json:"warnings"`
	EventID      string    `ch:"event_id" json:"event_id"`
	OtherEventID string    `ch:"other_event_id" json:"other_event_id"`
	Code         string    `ch:"code" json:"code"`
	RawCode      string    `ch:"raw_code" json:"raw_code"`
	Source       string    `ch:"source" json:"source"`
	OccurredAt   time.Time `ch:"occurred_at" json:"occurred_at"`
	ArrivedAt    time.Time `ch:"arrived_at" json:"arrived_at"`
	DecidedAt    time.Time `ch:"decided_at" json:"decided_at"`
}

// ExplainedWebhook is what was sent to whom, and how it went.
type ExplainedWebhook struct {
	JobID       string    `ch:"job_id" json:"job_id"`
	Tenant      string    `ch:"tenant" json:"tenant"`
	EndpointID  string    `ch:"endpoint_id" json:"endpoint_id"`
	Type        string    `ch:"type" json:"type"`
	Sequence    int64     `ch:"sequence" json:"sequence"`
	Attempts    uint64    `ch:"attempts" json:"attempts"`
	Outcome     string    `ch:"outcome" json:"outcome"`
	Reason      string    `ch:"reason" json:"reason"`
	LastAttempt time.Time `ch:"last_attempt" json:"last_attempt"`
}

const explainShipments = `
SELECT epoch, version, status, code, status_at, present_event_id, terminal, clock_start, clock_stop, delivered_at, closed, updated_at
FROM shipments FINAL WHERE carrier = {carrier:String} AND tracking_number = {number:String} ORDER BY epoch DESC`

const explainRegistrations = `
SELECT registration_id, tenant, state, reference, registered_at, expires_at, delayed_at, delay_cleared_at,
    coalesce(toString(promised_date), toString(promised_at), '') AS promise
FROM registrations FINAL WHERE carrier = {carrier:String} AND tracking_number = {number:String} ORDER BY registered_at`

const explainEvents = `
SELECT event_id, epoch, type, tenant, status, code, occurred_at, occurred_local, occurred_precision, received_at, arrived_at, source, description, decision
FROM tracking_events FINAL WHERE carrier = {carrier:String} AND tracking_number = {number:String} ORDER BY epoch, occurred_at, version`

const explainDecisions = `
SELECT source_topic, source_partition, source_offset, decision, rule, reason, warnings, event_id, other_event_id, code, raw_code, source,
    occurred_at, arrived_at, decided_at
FROM decisions FINAL WHERE carrier = {carrier:String} AND tracking_number = {number:String} ORDER BY arrived_at, source_offset`

const explainWebhooks = `
SELECT job_id, any(tenant) AS tenant, any(endpoint_id) AS endpoint_id, any(type) AS type, any(sequence) AS sequence, count() AS attempts,
    argMax(outcome, attempt) AS outcome, argMax(reason, attempt) AS reason, max(started_at) AS last_attempt
FROM webhook_attempts FINAL WHERE carrier = {carrier:String} AND tracking_number = {number:String}
GROUP BY job_id ORDER BY tenant, endpoint_id, sequence`

// Explain reads everything known of one parcel, by its canonical carrier and
// number. An explanation without shipments and decisions means that nothing is
// known.
func Explain(ctx context.Context, conn driver.Conn, carrier, number string) (*Explanation, error) {
	e := &Explanation{}
	for _, q := range []struct {
		what, query string
		into        any
	}{
		{"shipments", explainShipments, &e.Shipments},
		{"registrations", explainRegistrations, &e.Registrations},
		{"events", explainEvents, &e.Events},
		{"decisions", explainDecisions, &e.Decisions},
		{"webhooks", explainWebhooks, &e.Webhooks},
	} {
		err := conn.Select(ctx, q.into, q.query, clickhouse.Named("carrier", carrier), clickhouse.Named("number", number))
		if err != nil {
			return nil, fmt.Errorf("reading the %s of %s %s: %w", q.what, carrier, number, err)
		}
	}
	return e, nil
}

package webhooklog

import (
	"context"
	"fmt"
	"time"

	"waybill/internal/listing"

	"github.com/ClickHouse/clickhouse-go/v2"
)

// Standing is a webhook and how it stands.
type Standing struct {
	Webhook
	Fate
}

// Webhook gives one webhook of a tenant; nil when there is none of that id.
func (l *Log) Webhook(ctx context.Context, tenant, id string) (*Standing, error) {
	chosen, err := l.Choose(ctx, tenant, Choice{WebhookIDs: []string{id}}, nil, 1)
	if err != nil || len(chosen) == 0 {
		return nil, err
	}
	everything := []any{clickhouse.Named("endpoint", ""), clickhouse.Named("types", []string{})}
	found, err := l.rows(ctx, tenant, everything, []arrival{{Position: chosen[0].Position}})
	if err != nil || len(found) == 0 {
		return nil, err
	}
	return &Standing{found[0], chosen[0].Fate}, nil
}

// EndpointEvent is something that was done to an endpoint, or that became of it.
// Its fields are those of the contract.
type EndpointEvent struct {
	EventID     string    `ch:"event_id" json:"event_id"`
	EndpointID  string    `ch:"endpoint_id" json:"endpoint_id"`
	Kind        string    `ch:"kind" json:"kind"`
	State       string    `ch:"state" json:"state"`
	Reason      string    `ch:"reason" json:"reason"`
	CommandID   string    `ch:"command_id" json:"command_id"`
	RequestedBy string    `ch:"requested_by" json:"requested_by"`
	OccurredAt  time.Time `ch:"occurred_at" json:"occurred_at"`
}

const endpointEventsQuery = `
SELECT event_id, endpoint_id, kind, state, reason, command_id, requested_by, occurred_at
FROM endpoint_events FINAL
WHERE tenant = {tenant:String} AND endpoint_id = {endpoint:String} AND occurred_at < {until:DateTime64(3)} AND occurred_at >= {since:DateTime64(3)}
ORDER BY occurred_at DESC, event_id DESC
LIMIT {limit:UInt32}`

// EndpointEvents gives what was done to a tenant's endpoint and became of it,
// newest first, of a time span. An error about the limit is a *listing.InputError.
func (l *Log) EndpointEvents(ctx context.Context, tenant, endpointID string, since, until time.Time, limit int) ([]EndpointEvent, error) {
	limit, err := listing.Limit(limit)
	if err != nil {
		return nil, err
	}
	events := []EndpointEvent{}
	err = l.ask(ctx, &events, tenant, endpointEventsQuery, append(listing.Span(since, until),
		clickhouse.Named("endpoint", endpointID), clickhouse.Named("limit", limit))...)
	if err != nil {
		return nil, fmt.Errorf("reading the events of endpoint %s: %w", endpointID, err)
	}
	return events, nil
}

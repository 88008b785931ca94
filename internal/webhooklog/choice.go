package webhooklog

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"

	"waybill/internal/listing"
	"waybill/schemas"
)

// StatusOpen is the status of a webhook that has not ended. The others are the
// outcomes that end one: delivered, expired, cancelled.
const StatusOpen = "open"

// Choice says which of a tenant's webhooks are meant: those that fit all that is
// given.
type Choice struct {
	WebhookIDs []string `json:"webhook_ids,omitempty"`
	EndpointID string   `json:"endpoint_id,omitempty"`
	// Carrier and TrackingNumber are canonical.
	Carrier        string `json:"carrier,omitempty"`
	TrackingNumber string `json:"tracking_number,omitempty"`
	// Status is how the webhook stands: open, delivered, expired, cancelled.
	Status string `json:"status,omitempty"`
	// Since and Until bound when it came onto the log; Until is not in it.
	Since time.Time `json:"since,omitzero"`
	Until time.Time `json:"until,omitzero"`
}

// String says the choice in a line, for people.
func (c *Choice) String() string {
	var parts []string
	add := func(name, value string) {
		if value != "" {
			parts = append(parts, name+" "+value)
		}
	}
	switch n := len(c.WebhookIDs); {
	case n > 3:
		add("webhooks", strconv.Itoa(n)+" by id, the first "+c.WebhookIDs[0])
	case n > 0:
		add("webhooks", strings.Join(c.WebhookIDs, " "))
	}
	add("endpoint", c.EndpointID)
	add("shipment", strings.Trim(c.Carrier+":"+c.TrackingNumber, ":"))
	add("status", c.Status)
	if !c.Since.IsZero() {
		add("since", c.Since.UTC().Format(time.RFC3339))
	}
	if !c.Until.IsZero() {
		add("until", c.Until.UTC().Format(time.RFC3339))
	}
	return strings.Join(parts, ", ")
}

// Check tells whether anything is chosen, and nothing that cannot be. The error
// is a *listing.InputError.
func (c *Choice) Check() error {
	switch {
	case len(c.WebhookIDs) == 0 && c.EndpointID == "" && c.TrackingNumber == "" && c.Status == "" && c.Since.IsZero() && c.Until.IsZero():
		return &listing.InputError{Field: "choice", Problem: "it is empty; name webhooks, an endpoint, a shipment, a status or a time"}
	case len(c.WebhookIDs) > listing.MaxLimit:
		return &listing.InputError{Field: "webhook_ids", Problem: fmt.Sprintf("there are %d; up to %d can be named at once", len(c.WebhookIDs), listing.MaxLimit)}
	case c.Carrier != "" && c.TrackingNumber == "":
		return &listing.InputError{Field: "tracking_number", Problem: "it is empty, and a carrier is named"}
	case !c.Since.IsZero() && !c.Until.IsZero() && !c.Since.Before(c.Until):
		return &listing.InputError{Field: "until", Problem: "it is not after since"}
	}
	return listing.OneOf("status", c.Status, []string{StatusOpen, schemas.OutcomeDelivered, schemas.OutcomeExpired, schemas.OutcomeCancelled})
}

// Chosen is a webhook that fits a choice, where it lies, and how it stands.
type Chosen struct {
	Position `json:"position"`

	WebhookID      string    `ch:"job_id" json:"webhook_id"`
	EndpointID     string    `ch:"endpoint_id" json:"endpoint_id"`
	Carrier        string    `ch:"carrier" json:"carrier"`
	TrackingNumber string    `ch:"tracking_number" json:"tracking_number"`
	Type           string    `ch:"type" json:"type"`
	Sequence       int64     `ch:"sequence" json:"sequence"`
	ArrivedAt      time.Time `ch:"arrived_at" json:"arrived_at"`

	Fate
}

// Fate is what became of a webhook, as far as its last attempt tells.
type Fate struct {
	// Status is open, delivered, expired or cancelled.
	Status        string     `ch:"status" json:"status"`
	Attempts      uint64     `ch:"attempts" json:"attempts"`
	Reason        string     `ch:"reason" json:"reason"`
	StatusCode    int32      `ch:"status_code" json:"status_code"`
	NextAttemptAt *time.Time `ch:"next_attempt_at" json:"next_attempt_at"`
}

const (
	choiceFilter = `tenant = {tenant:String}
    AND (empty({webhooks:Array(String)}) OR job_id IN {webhooks:Array(String)})
    AND ({endpoint:String} = '' OR endpoint_id = {endpoint:String})
    AND ({carrier:String} = '' OR carrier = {carrier:String})
    AND ({number:String} = '' OR tracking_number = {number:String})
    AND arrived_at >= {since:DateTime64(3)} AND arrived_at < {until:DateTime64(3)}
    AND job_id NOT IN (SELECT job_id FROM webhooks WHERE tenant = {tenant:String}
        AND tracking_number IN (SELECT tracking_number FROM erasures) AND endsWith(body, ',"erased":true}'))` // (P1): on its topic it still says what was erased
	// What has no attempt yet is open as well, and the view does not have it.
	thatIsOpen = `
    AND job_id NOT IN (SELECT job_id FROM webhook_standing
        WHERE tenant = {tenant:String} AND ({endpoint:String} = '' OR endpoint_id = {endpoint:String}) AND status != 'open')`
	thatStands = `
    AND job_id IN (SELECT job_id FROM webhook_standing
        WHERE tenant = {tenant:String} AND ({endpoint:String} = '' OR endpoint_id = {endpoint:String}) AND status = {status:String})`

	// A row may be there twice before the engine merges it, and never changes.
	chosenQuery = `
SELECT source_partition, source_offset, job_id, endpoint_id, carrier, tracking_number, type, sequence, arrived_at
FROM webhooks WHERE %s
    AND (source_partition > {after_partition:Int32} OR source_partition = {after_partition:Int32} AND source_offset > {after_offset:Int64})
ORDER BY source_partition, source_offset LIMIT 1 BY source_partition, source_offset LIMIT {limit:UInt32}`

	standingQuery = `
SELECT job_id, status, attempts, reason, status_code, next_attempt_at
FROM webhook_standing WHERE tenant = {tenant:String} AND job_id IN {webhooks:Array(String)}`

	chosenCount = `
SELECT endpoint_id, uniqExact(source_partition, source_offset) AS webhooks FROM webhooks WHERE %s GROUP BY endpoint_id ORDER BY endpoint_id`
)

// Choose gives the first webhooks that fit a choice, in the order of their
// positions, from behind a position; nil: from the first. An error about the
// choice is a *listing.InputError.
func (l *Log) Choose(ctx context.Context, tenant string, c Choice, after *Position, limit int) ([]Chosen, error) {
	if err := c.Check(); err != nil {
		return nil, err
	}
	limit, err := listing.Limit(limit)
	if err != nil {
		return nil, err
	}
	if after == nil {
		after = &Position{Partition: -1}
	}
	chosen := []Chosen{}
	err = l.ask(ctx, &chosen, tenant, fmt.Sprintf(chosenQuery, c.filter()), append(c.params(),
		clickhouse.Named("after_partition", after.Partition), clickhouse.Named("after_offset", after.Offset), clickhouse.Named("limit", limit))...)
	if err != nil {
		return nil, fmt.Errorf("reading which webhooks are meant: %w", err)
	}
	return chosen, l.tellFates(ctx, tenant, chosen)
}

// tellFates says of each webhook what became of it. One without an attempt is
// open.
func (l *Log) tellFates(ctx context.Context, tenant string, chosen []Chosen) error {
	ids := make([]string, len(chosen))
	for i := range chosen {
		ids[i] = chosen[i].WebhookID
	}
	var found []struct {
		WebhookID string `ch:"job_id"`

		Fate
	}
	if err := l.ask(ctx, &found, tenant, standingQuery, clickhouse.Named("webhooks", ids)); err != nil {
		return fmt.Errorf("reading how webhooks stand: %w", err)
	}
	fates := make(map[string]Fate, len(found))
	for _, f := range found {
		fates[f.WebhookID] = f.Fate
	}
	for i := range chosen {
		chosen[i].Status = StatusOpen
		if fate, tried := fates[chosen[i].WebhookID]; tried {
			chosen[i].Fate = fate
		}
	}
	return nil
}

// EndpointCount is how many webhooks of an endpoint fit a choice.
type EndpointCount struct {
	EndpointID string `ch:"endpoint_id" json:"endpoint_id"`
	Webhooks   uint64 `ch:"webhooks" json:"webhooks"`
}

// Count tells how many webhooks fit a choice, endpoint by endpoint. An error
// about the choice is a *listing.InputError.
func (l *Log) Count(ctx context.Context, tenant string, c Choice) ([]EndpointCount, error) {
	if err := c.Check(); err != nil {
		return nil, err
	}
	counts := []EndpointCount{}
	if err := l.ask(ctx, &counts, tenant, fmt.Sprintf(chosenCount, c.filter()), c.params()...); err != nil {
		return nil, fmt.Errorf("counting which webhooks are meant: %w", err)
	}
	return counts, nil
}

// filter gives the condition of a choice.
func (c *Choice) filter() string {
	switch c.Status {
	case "":
		return choiceFilter
	case StatusOpen:
		return choiceFilter + thatIsOpen
	}
	return choiceFilter + thatStands
}

func (c *Choice) params() []any {
	return append(listing.Span(c.Since, c.Until),
		clickhouse.Named("webhooks", list(c.WebhookIDs)), clickhouse.Named("endpoint", c.EndpointID),
		clickhouse.Named("carrier", c.Carrier), clickhouse.Named("number", c.TrackingNumber), clickhouse.Named("status", c.Status))
}

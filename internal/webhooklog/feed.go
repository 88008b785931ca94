package webhooklog

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"waybill/internal/listing"

	"github.com/ClickHouse/clickhouse-go/v2"
)

// FeedFilter chooses webhooks of a feed.
type FeedFilter struct {
	// EndpointID: those for one endpoint. Empty: for all of the tenant's.
	EndpointID string
	// Types: those that one of these types fits. Empty: all.
	Types []string
	// After is the Next of the page before. Empty: from the oldest that is kept.
	After string
	// Limit is how many there are on a page. 0: listing.DefaultLimit.
	Limit int
}

// Webhook is one webhook as it was to be sent. Times are UTC.
type Webhook struct {
	WebhookID      string   `json:"webhook_id"`
	EndpointID     string   `json:"endpoint_id"`
	Type           string   `json:"type"`
	Types          []string `json:"types"`
	Carrier        string   `json:"carrier"`
	TrackingNumber string   `json:"tracking_number"`
	RegistrationID string   `json:"registration_id"`
	// Sequence counts for each registration and endpoint (O3).
	Sequence  int64     `json:"sequence"`
	Revision  int64     `json:"revision"`
	CreatedAt time.Time `json:"created_at"`
	ArrivedAt time.Time `json:"arrived_at"`
	// Body is what was sent, byte by byte.
	Body json.RawMessage `json:"body"`
}

// FeedPage is a page of a tenant's webhooks in the order of their arrival.
type FeedPage struct {
	Webhooks []Webhook `json:"webhooks"`
	// Next goes on behind this page, now or when there is more. It is never empty.
	Next string `json:"next"`
	// More tells that there is more already.
	More bool `json:"more"`
}

// What comes next is found in each partition by itself, for the primary key gives
// the first of each without a look at the rest. Bodies are read only of what is on
// the page. A row may be there twice before the engine merges it; it never changes,
// so no final read is needed.
const (
	feedFilter = `tenant = {tenant:String}
    AND ({endpoint:String} = '' OR endpoint_id = {endpoint:String})
    AND (empty({types:Array(String)}) OR has({types:Array(String)}, type) OR hasAny(types, {types:Array(String)}))`
	feedPartitions = `
SELECT DISTINCT source_partition FROM webhooks WHERE tenant = {tenant:String} AND source_partition NOT IN (%s)`
	feedPositions = `
(
    SELECT source_partition, source_offset, arrived_at
    FROM webhooks WHERE ` + feedFilter + ` AND source_partition = %d AND source_offset > %d
    ORDER BY source_offset LIMIT {limit:UInt32}
)`
	feedRows = `
SELECT source_partition, source_offset, job_id, endpoint_id, type, types, carrier, tracking_number, registration_id, sequence, revision,
    created_at, arrived_at, body
FROM webhooks WHERE ` + feedFilter + ` AND (source_partition, source_offset) IN (%s)`
)

// feedRow is a row of the table.
type feedRow struct {
	Position

	JobID          string    `ch:"job_id"`
	EndpointID     string    `ch:"endpoint_id"`
	Type           string    `ch:"type"`
	Types          []string  `ch:"types"`
	Carrier        string    `ch:"carrier"`
	TrackingNumber string    `ch:"tracking_number"`
	RegistrationID string    `ch:"registration_id"`
	Sequence       int64     `ch:"sequence"`
	Revision       int64     `ch:"revision"`
	CreatedAt      time.Time `ch:"created_at"`
	ArrivedAt      time.Time `ch:"arrived_at"`
	Body           string    `ch:"body"`
}

// Feed gives a tenant's webhooks page by page: all that happened by itself, each
// once, a parcel's for an endpoint in sequence. What is delivered and what is not
// are both in it. It never puts one behind a cursor that it has given. An error
// about the filter is a *listing.InputError, or wraps ErrCursorExpired.
func (l *Log) Feed(ctx context.Context, tenant string, f FeedFilter) (*FeedPage, error) {
	limit, err := listing.Limit(f.Limit)
	if err != nil {
		return nil, err
	}
	from, err := l.begin(tenant, &f)
	if err != nil {
		return nil, err
	}
	asked := l.now()
	params := []any{clickhouse.Named("endpoint", f.EndpointID), clickhouse.Named("types", list(f.Types))}
	first, err := l.positions(ctx, tenant, from, append(params, clickhouse.Named("limit", limit+1)))
	if err != nil {
		return nil, fmt.Errorf("reading which webhooks come next: %w", err)
	}
	next, more := merge(first, limit)
	page := &FeedPage{Webhooks: []Webhook{}, More: more}
	if len(next) > 0 {
		if page.Webhooks, err = l.rows(ctx, tenant, params, next); err != nil {
			return nil, err
		}
	}
	from.at = asked
	if more {
		from.at = next[len(next)-1].ArrivedAt
	}
	for _, a := range next {
		from.last[a.Partition] = a.Offset
	}
	page.Next = from.text()
	return page, nil
}

// begin gives the cursor that a page begins at.
func (l *Log) begin(tenant string, f *FeedFilter) (*cursor, error) {
	question := questionOf(tenant, f)
	if f.After == "" {
		return &cursor{question: question, last: make(map[int32]int64)}, nil
	}
	c, err := readCursor(f.After)
	switch {
	case err != nil:
		return nil, err
	case c.question != question:
		return nil, &listing.InputError{Field: "after", Problem: "this cursor is of another question; a cursor goes on with the same tenant, endpoint and types"}
	case l.now().Sub(c.at) > cursorLife:
		return nil, fmt.Errorf("after: %w: it stands at %s, and webhooks are kept for 35 days; begin without a cursor, with what is left",
			ErrCursorExpired, c.at.UTC().Format(time.RFC3339))
	}
	return c, nil
}

// partitionsAtOnce bounds a query over partitions.
const partitionsAtOnce = 64

// positions gives what comes first behind the cursor in each partition. One that
// the cursor does not know is new to its reader.
func (l *Log) positions(ctx context.Context, tenant string, from *cursor, params []any) (all []arrival, err error) {
	known := slices.Sorted(maps.Keys(from.last))
	var found []struct {
		Partition int32 `ch:"source_partition"`
	}
	if err := l.ask(ctx, &found, tenant, fmt.Sprintf(feedPartitions, "-1"+numbers(known))); err != nil {
		return nil, err
	}
	for _, f := range found {
		known = append(known, f.Partition)
	}
	for some := range slices.Chunk(known, partitionsAtOnce) {
		queries := make([]string, len(some))
		for i, partition := range some {
			last, has := from.last[partition]
			if !has {
				last = -1
			}
			queries[i] = fmt.Sprintf(feedPositions, partition, last)
		}
		var next []arrival
		if err := l.ask(ctx, &next, tenant, strings.Join(queries, "UNION ALL"), params...); err != nil {
			return nil, err
		}
		all = append(all, next...)
	}
	return all, nil
}

// numbers writes numbers as the rest of a list.
func numbers(all []int32) string {
	var text strings.Builder
	for _, n := range all {
		text.WriteString(", " + strconv.Itoa(int(n)))
	}
	return text.String()
}

// rows reads webhooks by their positions, in the same order. One that has just
// been given up for its age is left out.
func (l *Log) rows(ctx context.Context, tenant string, params []any, order []arrival) ([]Webhook, error) {
	positions := make([]string, len(order))
	for i, a := range order {
		positions[i] = fmt.Sprintf("(%d, %d)", a.Partition, a.Offset)
	}
	var found []feedRow
	if err := l.ask(ctx, &found, tenant, fmt.Sprintf(feedRows, strings.Join(positions, ", ")), params...); err != nil {
		return nil, fmt.Errorf("reading webhooks: %w", err)
	}
	at := make(map[Position]*feedRow, len(found))
	for i := range found {
		at[found[i].Position] = &found[i]
	}
	webhooks := make([]Webhook, 0, len(order))
	for _, a := range order {
		r := at[a.Position]
		if r == nil {
			continue
		}
		webhooks = append(webhooks, Webhook{
			WebhookID: r.JobID, EndpointID: r.EndpointID, Type: r.Type, Types: r.Types, Carrier: r.Carrier, TrackingNumber: r.TrackingNumber,
			RegistrationID: r.RegistrationID, Sequence: r.Sequence, Revision: r.Revision, CreatedAt: r.CreatedAt, ArrivedAt: r.ArrivedAt,
			Body: json.RawMessage(r.Body),
		})
	}
	return webhooks, nil
}

// list gives an empty list for none, which a parameter could not be.
func list(values []string) []string {
	if values == nil {
		return []string{}
	}
	return values
}

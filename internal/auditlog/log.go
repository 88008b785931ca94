package auditlog

import (
	"context"
	"fmt"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"waybill/internal/listing"
	"waybill/schemas"
)

// Log answers questions about the audit. It is safe for concurrent use.
type Log struct{ conn driver.Conn }

// New makes a log that asks over conn, which stays the caller's.
func New(conn driver.Conn) *Log { return &Log{conn} }

// Filter chooses entries. What is zero chooses nothing out.
type Filter struct {
	// Act and Outcome are those of the contract.
	Act, Outcome string
	// Actor is a key's id, or a user of an operating system.
	Actor string
	// Object is what it was done to, by its id.
	Object string
	// Since and Until bound when it was asked for; Until is not in it.
	Since, Until time.Time
	// After is the Next of the page before.
	After string
	// Limit is how many there are on a page. 0: listing.DefaultLimit.
	Limit int
}

// Entry is an entry. Its fields are those of the contract; times are UTC.
type Entry struct {
	EntryID    string    `ch:"entry_id" json:"entry_id"`
	Tenant     string    `ch:"tenant" json:"tenant"`
	OccurredAt time.Time `ch:"occurred_at" json:"occurred_at"`
	Act        string    `ch:"act" json:"act"`
	Outcome    string    `ch:"outcome" json:"outcome"`
	Reason     string    `ch:"reason" json:"reason"`
	ActorKind  string    `ch:"actor_kind" json:"actor_kind"`
	Actor      string    `ch:"actor" json:"actor"`
	OnBehalfOf string    `ch:"on_behalf_of" json:"on_behalf_of"`
	Address    string    `ch:"address" json:"address"`
	ObjectKind string    `ch:"object_kind" json:"object_kind"`
	ObjectID   string    `ch:"object_id" json:"object_id"`
	Detail     string    `ch:"detail" json:"detail"`
	RequestID  string    `ch:"request_id" json:"request_id"`
	Count      int64     `ch:"count" json:"count"`
}

// Page is a page of entries, newest first.
type Page struct {
	Entries []Entry `json:"entries"`
	// Next is where the next page begins; empty when there is none.
	Next string `json:"next"`
}

const query = `
SELECT entry_id, tenant, occurred_at, act, outcome, reason, actor_kind, actor, on_behalf_of, address, object_kind, object_id, detail, request_id, count
FROM audit FINAL
WHERE %s
    AND ({act:String} = '' OR act = {act:String})
    AND ({outcome:String} = '' OR outcome = {outcome:String})
    AND ({actor:String} = '' OR actor = {actor:String} OR on_behalf_of = {actor:String})
    AND ({object:String} = '' OR object_id = {object:String})
    AND occurred_at >= {since:DateTime64(3)} AND occurred_at < {until:DateTime64(3)}
    AND ({after_id:String} = '' OR (occurred_at, entry_id) < (fromUnixTimestamp64Milli({after_ms:Int64}), {after_id:String}))
ORDER BY occurred_at DESC, entry_id DESC
LIMIT {limit:UInt32}`

// Entries gives a page of a tenant's entries: what its keys did, and what others
// did to what is its. An error about the filter is a *listing.InputError.
func (l *Log) Entries(ctx context.Context, tenant string, f Filter) (*Page, error) {
	if err := listing.Tenant(tenant); err != nil {
		return nil, err
	}
	return l.page(ctx, "tenant = {tenant:String}", f, clickhouse.Named("tenant", tenant))
}

// All gives a page of all entries, those of no tenant among them, for operators.
func (l *Log) All(ctx context.Context, f Filter) (*Page, error) { return l.page(ctx, "true", f) }

func (l *Log) page(ctx context.Context, whose string, f Filter, params ...any) (*Page, error) {
	after, err := f.check()
	if err != nil {
		return nil, err
	}
	page := &Page{Entries: []Entry{}}
	err = l.conn.Select(ctx, &page.Entries, fmt.Sprintf(query, whose), append(append(params, listing.Span(f.Since, f.Until)...),
		clickhouse.Named("act", f.Act), clickhouse.Named("outcome", f.Outcome), clickhouse.Named("actor", f.Actor), clickhouse.Named("object", f.Object),
		clickhouse.Named("after_ms", after.AtMS), clickhouse.Named("after_id", after.EntryID), clickhouse.Named("limit", f.Limit+1))...)
	if err != nil {
		return nil, fmt.Errorf("reading the audit: %w", err)
	}
	if len(page.Entries) > f.Limit {
		page.Entries = page.Entries[:f.Limit]
		last := &page.Entries[f.Limit-1]
		page.Next = listing.Cursor(place{last.OccurredAt.UnixMilli(), last.EntryID})
	}
	return page, nil
}

// check completes a filter, and says what is wrong with it.
func (f *Filter) check() (after place, err error) {
	if f.Limit, err = listing.Limit(f.Limit); err != nil {
		return after, err
	}
	if err := listing.OneOf("act", f.Act, schemas.AuditActs()); err != nil {
		return after, err
	}
	if err := listing.OneOf("outcome", f.Outcome, schemas.AuditOutcomes()); err != nil {
		return after, err
	}
	if f.After != "" {
		return readPlace(f.After)
	}
	return after, nil
}

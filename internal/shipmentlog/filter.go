package shipmentlog

import (
	"fmt"
	"hash/fnv"
	"strings"
	"time"

	"waybill/internal/listing"

	"github.com/ClickHouse/clickhouse-go/v2"
)

// Orders of a list. Those by update say in which order rows changed last: one
// that changes while somebody turns pages goes to the end of OldestUpdate, where
// he meets it again, and to the beginning of NewestUpdate, which he has passed.
const (
	NewestFirst  = "-registered_at"
	OldestFirst  = "registered_at"
	NewestUpdate = "-updated_at"
	OldestUpdate = "updated_at"
)

// Orders are all of them, the default first.
func Orders() []string { return []string{NewestFirst, OldestFirst, NewestUpdate, OldestUpdate} }

// Filter chooses registrations of a tenant: those that fit all that is given.
// What is zero chooses nothing out.
type Filter struct {
	// Carrier is canonical, Number the beginning of a canonical number.
	Carrier, Number string
	// Statuses and Codes are those shown, States those of the registration.
	Statuses, Codes, States []string
	Reference, Tag          string
	// Text is somewhere in the number or the reference, in any case of letters.
	Text string
	// Since is in the span, Until is not.
	RegisteredSince, RegisteredUntil, UpdatedSince, UpdatedUntil time.Time
	// Exception: an exception is open; with Unacknowledged, one that nobody took
	// in hand. Delayed: it is late, as known now. AtRisk: it probably will be.
	// Late: it came late.
	Exception, Unacknowledged, Delayed, AtRisk, Late *bool

	// Order is one of Orders; empty: the first.
	Order string
	// After is the Next of the page before.
	After string
	// Limit is how many there are on a page. 0: listing.DefaultLimit.
	Limit int
}

// conditions gives the filter as SQL that is put together of fixed parts, and its
// values as parameters. States that nobody asks for are without those that went
// over to another row, which the registration's own is.
func (f *Filter) conditions() (where []string, params []any) {
	add := func(given bool, condition string, named ...any) {
		if given {
			where, params = append(where, condition), append(params, named...)
		}
	}
	text := func(name, value, condition string) { add(value != "", condition, clickhouse.Named(name, value)) }
	anyOf := func(name, column string, values []string) {
		add(len(values) > 0, "has({"+name+":Array(String)}, "+column+")", clickhouse.Named(name, values))
	}
	at := func(name string, when time.Time, condition string) {
		add(!when.IsZero(), condition, clickhouse.DateNamed(name, when, clickhouse.MilliSeconds))
	}
	is := func(want *bool, condition string) {
		add(want != nil && *want, condition)
		add(want != nil && !*want, "NOT ("+condition+")")
	}
	text("carrier", f.Carrier, "carrier = {carrier:String}")
	text("number", f.Number, "startsWith(tracking_number, {number:String})")
	anyOf("statuses", statusColumn, f.Statuses)
	anyOf("codes", codeColumn, f.Codes)
	anyOf("states", "state", f.States)
	add(len(f.States) == 0, "state != '"+stateMoved+"'")
	text("reference", f.Reference, "reference = {reference:String}")
	text("tag", f.Tag, "has(tags, {tag:String})")
	text("text", f.Text, "(positionCaseInsensitiveUTF8(tracking_number, {text:String}) > 0 OR positionCaseInsensitiveUTF8(reference, {text:String}) > 0)")
	at("registered_since", f.RegisteredSince, "registered_at >= {registered_since:DateTime64(3)}")
	at("registered_until", f.RegisteredUntil, "registered_at < {registered_until:DateTime64(3)}")
	at("updated_since", f.UpdatedSince, "updated_at >= {updated_since:DateTime64(3)}")
	at("updated_until", f.UpdatedUntil, "updated_at < {updated_until:DateTime64(3)}")
	is(f.Exception, "open_exceptions > 0")
	is(f.Unacknowledged, "unacknowledged_exceptions > 0")
	is(f.Delayed, "isNotNull(delayed_at) AND isNull(delay_cleared_at)")
	is(f.AtRisk, "isNotNull(at_risk_at)")
	is(f.Late, "ifNull(delay_s, 0) > 0")
	return where, params
}

// question tells one tenant's filter and order from every other: its conditions
// with their values.
func (f *Filter) question(tenant string) uint64 {
	where, params := f.conditions()
	h := fnv.New64a()
	_, _ = fmt.Fprintf(h, "%q %q %q %q", tenant, f.Order, where, params) // a hash takes all
	return h.Sum64()
}

// order gives what a list is sorted by, and which way.
func (f *Filter) order() (column string, descending bool, err error) {
	order := f.Order
	if order == "" {
		order = NewestFirst
	}
	if err := listing.OneOf("sort", order, Orders()); err != nil {
		return "", false, err
	}
	column, descending = strings.CutPrefix(order, "-")
	return column, descending, nil
}

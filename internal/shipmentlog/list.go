package shipmentlog

import (
	"context"
	"fmt"
	"strings"

	"waybill/internal/listing"

	"github.com/ClickHouse/clickhouse-go/v2"
)

// Page is a page of a tenant's registrations.
type Page struct {
	Registrations []Registration
	// Next is where the next page begins; empty when there is none.
	Next string
}

// Which rows are on the page is found from few columns; the others are read of
// those alone, by their keys.
const (
	listKey   = "carrier, tracking_number, epoch, registration_id"
	listQuery = `
SELECT ` + registrationColumns + `
FROM registrations FINAL
WHERE tenant = {tenant:String} AND (` + listKey + `) IN
(
    SELECT ` + listKey + `
    FROM registrations FINAL
    WHERE tenant = {tenant:String}%[1]s
    ORDER BY %[2]s
    LIMIT {limit:UInt32}
)
ORDER BY %[2]s`
	listAfter = "(%s, " + listKey + `) %s ({after_at:DateTime64(3)}, {after_carrier:String}, {after_number:String}, {after_epoch:DateTime64(3)}, {after_id:String})`
)

// List gives a page of a tenant's registrations. One that is there from the first
// page to the last, and whose time that the list is sorted by does not change, is
// on one page, whatever else comes meanwhile. An error about the filter is a
// *listing.InputError.
func (l *Log) List(ctx context.Context, tenant string, f Filter) (*Page, error) {
	if err := listing.Tenant(tenant); err != nil {
		return nil, err
	}
	limit, err := listing.Limit(f.Limit)
	if err != nil {
		return nil, err
	}
	column, descending, err := f.order()
	if err != nil {
		return nil, err
	}
	where, params := f.conditions()
	question := f.question(tenant)
	if f.After != "" {
		after, err := readPlace(f.After, question)
		if err != nil {
			return nil, err
		}
		where, params = append(where, fmt.Sprintf(listAfter, column, map[bool]string{true: "<", false: ">"}[descending])), append(params, after.params()...)
	}
	query := fmt.Sprintf(listQuery, and(where), sorted(column, descending))
	var rows []registrationRow
	err = l.ask(ctx, maxThreads, &rows, query, append(params, clickhouse.Named("tenant", tenant), clickhouse.Named("limit", limit+1))...)
	if err != nil {
		return nil, fmt.Errorf("listing registrations: %w", err)
	}
	page := &Page{Registrations: registrationsOf(rows)}
	if len(rows) > limit {
		page.Registrations = page.Registrations[:limit]
		page.Next = listing.Cursor(placeOf(&page.Registrations[limit-1], column, question))
	}
	return page, nil
}

// and joins conditions to one that stands before them.
func and(conditions []string) string {
	var b strings.Builder
	for _, c := range conditions {
		b.WriteString("\n        AND " + c)
	}
	return b.String()
}

// sorted is the order of a list: by its column, then by the key.
func sorted(column string, descending bool) string {
	columns := strings.Split(column+", "+listKey, ", ")
	if descending {
		return strings.Join(columns, " DESC, ") + " DESC"
	}
	return strings.Join(columns, ", ")
}

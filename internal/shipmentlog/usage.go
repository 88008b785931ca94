package shipmentlog

import (
	"context"
	"fmt"
	"time"

	"waybill/internal/listing"

	"github.com/ClickHouse/clickhouse-go/v2"
)

// Usage is what a tenant used of one carrier in one calendar month (UTC).
type Usage struct {
	Month   string `ch:"month" json:"month"` // YYYY-MM
	Carrier string `ch:"carrier" json:"carrier"`
	// Units are accepted, valid, new registrations (R8).
	Units uint64 `ch:"units" json:"units"`
}

const usageQuery = `
SELECT formatDateTime(used_at, '%Y-%m') AS month, carrier, count() AS units
FROM usage FINAL
WHERE tenant = {tenant:String} AND used_at >= {since:DateTime64(3)} AND used_at < {until:DateTime64(3)}
GROUP BY month, carrier
ORDER BY month DESC, units DESC, carrier`

// Usage gives what a tenant used in a time span, until not in it, the newest
// month first, and in it the carrier of most.
func (l *Log) Usage(ctx context.Context, tenant string, since, until time.Time) ([]Usage, error) {
	if err := listing.Tenant(tenant); err != nil {
		return nil, err
	}
	used := []Usage{}
	err := l.ask(ctx, maxThreads, &used, usageQuery, clickhouse.Named("tenant", tenant),
		clickhouse.DateNamed("since", since, clickhouse.MilliSeconds), clickhouse.DateNamed("until", until, clickhouse.MilliSeconds))
	if err != nil {
		return nil, fmt.Errorf("reading what was used: %w", err)
	}
	return used, nil
}

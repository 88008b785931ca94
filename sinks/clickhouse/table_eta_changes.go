package clickhouse

import (
	"time"

	"waybill/schemas"
)

// etaChangeRow is one move of a shipment's ETA.
type etaChangeRow struct {
	shipment *schemas.Shipment
	change   *schemas.ETAChange
}

// etaChangeTable holds one row for each move of a carrier's ETA.
func etaChangeTable() *table[etaChangeRow] {
	return &table[etaChangeRow]{name: "eta_changes", columns: append([]column[etaChangeRow]{
		plain("carrier", func(c *etaChangeRow) string { return c.shipment.Carrier }),
		plain("tracking_number", func(c *etaChangeRow) string { return c.shipment.TrackingNumber }),
		instant("epoch", func(c *etaChangeRow) time.Time { return c.shipment.Epoch }),
		plain("causing_event_id", func(c *etaChangeRow) string { return c.change.CausingEventID }),
		instant("changed_at", func(c *etaChangeRow) time.Time { return c.change.ChangedAt }),
		maybeDay("from_date", func(c *etaChangeRow) *string { return c.change.FromDate }),
		maybeInstant("from_at", func(c *etaChangeRow) *time.Time { return c.change.FromAt }),
		maybeDay("to_date", func(c *etaChangeRow) *string { return c.change.ToDate }),
		maybeInstant("to_at", func(c *etaChangeRow) *time.Time { return c.change.ToAt }),
		plain("source", func(c *etaChangeRow) string { return c.change.Source }),
		plain("reason", func(c *etaChangeRow) string { return c.change.Reason }),
	}, versioned(func(c *etaChangeRow) int64 { return c.shipment.Revision }, never)...)}
}

func etaChangeRows(s *schemas.Shipment) []*etaChangeRow {
	rows := make([]*etaChangeRow, len(s.ETAChanges))
	for i := range s.ETAChanges {
		rows[i] = &etaChangeRow{shipment: s, change: &s.ETAChanges[i]}
	}
	return rows
}

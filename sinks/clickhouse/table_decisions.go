package clickhouse

import (
	"time"

	"waybill/schemas"
)

// decisionTable holds one row for what became of each raw event.
func decisionTable() *table[schemas.Decision] {
	return &table[schemas.Decision]{name: "decisions", columns: append([]column[schemas.Decision]{
		plain("carrier", func(d *schemas.Decision) string { return d.Carrier }),
		plain("tracking_number", func(d *schemas.Decision) string { return d.TrackingNumber }),
		instant("epoch", func(d *schemas.Decision) time.Time { return d.Epoch }),
		plain("source_topic", func(d *schemas.Decision) string { return d.SourceTopic }),
		whole("source_partition", func(d *schemas.Decision) int { return d.SourcePartition }),
		plain("source_offset", func(d *schemas.Decision) int64 { return d.SourceOffset }),
		plain("decision", func(d *schemas.Decision) string { return d.Decision }),
		plain("rule", func(d *schemas.Decision) string { return d.Rule }),
		plain("reason", func(d *schemas.Decision) string { return d.Reason }),
		plain("warnings", func(d *schemas.Decision) []string { return d.Warnings }),
		plain("event_id", func(d *schemas.Decision) string { return d.EventID }),
		plain("other_event_id", func(d *schemas.Decision) string { return d.OtherEventID }),
		plain("source", func(d *schemas.Decision) string { return d.Source }),
		plain("code", func(d *schemas.Decision) string { return d.Code }),
		plain("raw_code", func(d *schemas.Decision) string { return d.RawCode }),
		instant("occurred_at", func(d *schemas.Decision) time.Time { return d.OccurredAt }),
		instant("received_at", func(d *schemas.Decision) time.Time { return d.ReceivedAt }),
		instant("arrived_at", func(d *schemas.Decision) time.Time { return d.ArrivedAt }),
		instant("decided_at", func(d *schemas.Decision) time.Time { return d.DecidedAt }),
	}, versioned(func(d *schemas.Decision) int64 { return d.Version }, never)...)}
}

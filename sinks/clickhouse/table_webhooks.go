package clickhouse

import (
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/schemas"
)

// webhookRow is one webhook and where it lies on the log.
type webhookRow struct {
	job    *schemas.WebhookJob
	record *kgo.Record
}

// webhookTable holds one row for each webhook that happened by itself. Its
// position is its key. The rows of one partition become visible in the order of
// their offsets, for a batch is one insert and the next one begins where it
// ends: readers go by that.
func webhookTable() *table[webhookRow] {
	return &table[webhookRow]{name: "webhooks", columns: append([]column[webhookRow]{
		plain("tenant", func(w *webhookRow) string { return w.job.Tenant }),
		plain("source_partition", func(w *webhookRow) int32 { return w.record.Partition }),
		plain("source_offset", func(w *webhookRow) int64 { return w.record.Offset }),
		plain("endpoint_id", func(w *webhookRow) string { return w.job.EndpointID }),
		plain("job_id", func(w *webhookRow) string { return w.job.JobID }),
		plain("carrier", func(w *webhookRow) string { return w.job.Carrier }),
		plain("tracking_number", func(w *webhookRow) string { return w.job.TrackingNumber }),
		instant("epoch", func(w *webhookRow) time.Time { return w.job.Epoch }),
		plain("registration_id", func(w *webhookRow) string { return w.job.RegistrationID }),
		plain("cause", func(w *webhookRow) string { return w.job.Cause }),
		plain("sequence", func(w *webhookRow) int64 { return w.job.Sequence }),
		plain("revision", func(w *webhookRow) int64 { return w.job.Revision }),
		plain("type", func(w *webhookRow) string { return w.job.Type }),
		plain("types", func(w *webhookRow) []string { return w.job.Types }),
		plain("body", func(w *webhookRow) string { return string(w.job.Body) }),
		plain("trigger", func(w *webhookRow) string { return w.job.Trigger }),
		instant("created_at", func(w *webhookRow) time.Time { return w.job.CreatedAt }),
		instant("arrived_at", func(w *webhookRow) time.Time { return w.record.Timestamp }),
	}, versioned(one[webhookRow], never)...)}
}

package clickhouse

import (
	"time"

	"waybill/schemas"
)

// endpointEventTable holds one row for each thing that was done to an endpoint
// or became of it (W8, W9, W11).
func endpointEventTable() *table[schemas.EndpointEvent] {
	return &table[schemas.EndpointEvent]{name: "endpoint_events", columns: append([]column[schemas.EndpointEvent]{
		plain("tenant", func(e *schemas.EndpointEvent) string { return e.Tenant }),
		plain("endpoint_id", func(e *schemas.EndpointEvent) string { return e.EndpointID }),
		plain("event_id", func(e *schemas.EndpointEvent) string { return e.EventID }),
		plain("kind", func(e *schemas.EndpointEvent) string { return e.Kind }),
		plain("state", func(e *schemas.EndpointEvent) string { return e.State }),
		plain("reason", func(e *schemas.EndpointEvent) string { return e.Reason }),
		plain("command_id", func(e *schemas.EndpointEvent) string { return e.CommandID }),
		plain("requested_by", func(e *schemas.EndpointEvent) string { return e.RequestedBy }),
		instant("occurred_at", func(e *schemas.EndpointEvent) time.Time { return e.OccurredAt }),
	}, versioned(one[schemas.EndpointEvent], never)...)}
}

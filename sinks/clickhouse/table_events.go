package clickhouse

import (
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"waybill/schemas"
)

// eventTable holds one row for each event as it now stands.
func eventTable() *table[schemas.TrackingEvent] {
	return &table[schemas.TrackingEvent]{name: "tracking_events", columns: append([]column[schemas.TrackingEvent]{
		plain("carrier", func(e *schemas.TrackingEvent) string { return e.Carrier }),
		plain("tracking_number", func(e *schemas.TrackingEvent) string { return e.TrackingNumber }),
		instant("epoch", func(e *schemas.TrackingEvent) time.Time { return e.Epoch }),
		plain("event_id", func(e *schemas.TrackingEvent) string { return e.EventID }),
		plain("type", func(e *schemas.TrackingEvent) string { return e.Type }),
		plain("tenant", func(e *schemas.TrackingEvent) string { return e.Tenant }),
		plain("registration_id", func(e *schemas.TrackingEvent) string { return e.RegistrationID }),
		plain("status", func(e *schemas.TrackingEvent) string { return e.Status }),
		plain("code", func(e *schemas.TrackingEvent) string { return e.Code }),
		plain("milestone", func(e *schemas.TrackingEvent) bool { return e.Milestone }),
		plain("starts_clock", func(e *schemas.TrackingEvent) bool { return e.StartsClock }),
		plain("stops_clock", func(e *schemas.TrackingEvent) bool { return e.StopsClock }),
		plain("terminal", func(e *schemas.TrackingEvent) bool { return e.Terminal }),
		plain("action_required", func(e *schemas.TrackingEvent) bool { return e.ActionRequired }),
		plain("attempt_failure", func(e *schemas.TrackingEvent) bool { return e.AttemptFailure }),
		plain("physical_scan", func(e *schemas.TrackingEvent) bool { return e.PhysicalScan }),
		plain("party", func(e *schemas.TrackingEvent) string { return e.Party }),
		whole("severity", func(e *schemas.TrackingEvent) int { return e.Severity }),
		plain("leg", func(e *schemas.TrackingEvent) string { return e.Leg }),
		instant("occurred_at", func(e *schemas.TrackingEvent) time.Time { return e.OccurredAt }),
		plain("occurred_local", func(e *schemas.TrackingEvent) string { return e.OccurredLocal }),
		plain("occurred_text", func(e *schemas.TrackingEvent) string { return e.OccurredText }),
		plain("occurred_zone", func(e *schemas.TrackingEvent) string { return e.OccurredZone }),
		plain("occurred_precision", func(e *schemas.TrackingEvent) string { return e.OccurredPrecision }),
		plain("occurred_confidence", func(e *schemas.TrackingEvent) string { return e.OccurredConfidence }),
		{"over_ms", fillOver},
		instant("received_at", func(e *schemas.TrackingEvent) time.Time { return e.ReceivedAt }),
		instant("arrived_at", func(e *schemas.TrackingEvent) time.Time { return e.ArrivedAt }),
		plain("source", func(e *schemas.TrackingEvent) string { return e.Source }),
		plain("source_kind", func(e *schemas.TrackingEvent) string { return e.SourceKind }),
		plain("also_from", func(e *schemas.TrackingEvent) []string { return e.AlsoFrom }),
		plain("raw_code", func(e *schemas.TrackingEvent) string { return e.RawCode }),
		plain("raw_status", func(e *schemas.TrackingEvent) string { return e.RawStatus }),
		plain("description", func(e *schemas.TrackingEvent) string { return e.Description }),
		plain("location_name", func(e *schemas.TrackingEvent) string { return place(e).Name }),
		plain("location_city", func(e *schemas.TrackingEvent) string { return place(e).City }),
		plain("location_state", func(e *schemas.TrackingEvent) string { return place(e).State }),
		plain("location_postal_code", func(e *schemas.TrackingEvent) string { return place(e).PostalCode }),
		plain("location_country", func(e *schemas.TrackingEvent) string { return place(e).Country }),
		plain("signed_by", func(e *schemas.TrackingEvent) string { return e.SignedBy }),
		plain("map_version", func(e *schemas.TrackingEvent) string { return e.MapVersion }),
		plain("model_version", func(e *schemas.TrackingEvent) string { return e.ModelVersion }),
		plain("decision", func(e *schemas.TrackingEvent) string { return e.Decision }),
		plain("weakly_identified", func(e *schemas.TrackingEvent) bool { return e.WeaklyIdentified }),
		plain("previous_status", func(e *schemas.TrackingEvent) string { return e.PreviousStatus }),
		plain("evidence", func(e *schemas.TrackingEvent) map[string]string { return e.Evidence }),
		plain("actor", func(e *schemas.TrackingEvent) string { return e.Actor }),
		instant("object_created", func(e *schemas.TrackingEvent) time.Time { return e.ObjectCreated }),
		instant("object_updated", func(e *schemas.TrackingEvent) time.Time { return e.ObjectUpdated }),
	}, versioned(func(e *schemas.TrackingEvent) int64 { return e.Revision }, func(e *schemas.TrackingEvent) bool { return e.Deleted })...)}
}

// place gives where an event happened; an unknown place has empty fields.
func place(e *schemas.TrackingEvent) *schemas.Location {
	if e.Location == nil {
		return &schemas.Location{}
	}
	return e.Location
}

// fillOver says how long after an event all is over that its time may mean (T2).
// A zone by its name may cost a file, so each is looked up once, and for days
// alone.
func fillOver(to driver.BatchColumn, rows []row[schemas.TrackingEvent]) error {
	zones := make(map[string]*time.Location)
	values := make([]uint32, len(rows))
	for i := range rows {
		e := rows[i].value
		zone, known := zones[e.OccurredZone]
		if !known && e.OccurredPrecision == schemas.PrecisionDay {
			zone = schemas.Zone(e.OccurredZone)
			zones[e.OccurredZone] = zone
		}
		left := schemas.Over(e.OccurredAt, e.OccurredPrecision, zone).Sub(e.OccurredAt)
		values[i] = uint32(left.Milliseconds()) // at most a day, of 25 hours where clocks are put back
	}
	return to.Append(values)
}

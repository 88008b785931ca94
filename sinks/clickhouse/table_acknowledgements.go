package clickhouse

import (
	"time"

	"waybill/schemas"
)

// acknowledgementRow is one exception that one tenant took in hand.
type acknowledgementRow struct {
	shipment        *schemas.Shipment
	registration    *schemas.RegistrationState
	acknowledgement *schemas.Acknowledgement
}

// acknowledgementTable holds one row for each exception that a registration
// has acknowledged (R7).
func acknowledgementTable() *table[acknowledgementRow] {
	return &table[acknowledgementRow]{name: "acknowledgements", columns: append([]column[acknowledgementRow]{
		plain("tenant", func(a *acknowledgementRow) string { return a.registration.Tenant }),
		plain("carrier", func(a *acknowledgementRow) string { return a.shipment.Carrier }),
		plain("tracking_number", func(a *acknowledgementRow) string { return a.shipment.TrackingNumber }),
		instant("epoch", func(a *acknowledgementRow) time.Time { return a.shipment.Epoch }),
		plain("registration_id", func(a *acknowledgementRow) string { return a.registration.RegistrationID }),
		plain("opening_event_id", func(a *acknowledgementRow) string { return a.acknowledgement.OpeningEventID }),
		instant("acknowledged_at", func(a *acknowledgementRow) time.Time { return a.acknowledgement.AcknowledgedAt }),
		plain("actor", func(a *acknowledgementRow) string { return a.acknowledgement.Actor }),
	}, versioned(func(a *acknowledgementRow) int64 { return a.shipment.Revision }, never)...)}
}

func acknowledgementRows(s *schemas.Shipment) []*acknowledgementRow {
	var rows []*acknowledgementRow
	for i := range s.Registrations {
		r := &s.Registrations[i]
		for k := range r.Acknowledgements {
			rows = append(rows, &acknowledgementRow{shipment: s, registration: r, acknowledgement: &r.Acknowledgements[k]})
		}
	}
	return rows
}

package clickhouse

import (
	"time"

	"waybill/schemas"
)

// shipmentTable holds one row for each shipment: the carrier's side.
func shipmentTable() *table[schemas.Shipment] {
	return &table[schemas.Shipment]{name: "shipments", columns: append([]column[schemas.Shipment]{
		plain("carrier", func(s *schemas.Shipment) string { return s.Carrier }),
		plain("tracking_number", func(s *schemas.Shipment) string { return s.TrackingNumber }),
		instant("epoch", func(s *schemas.Shipment) time.Time { return s.Epoch }),
		plain("status", func(s *schemas.Shipment) string { return s.Status }),
		plain("code", func(s *schemas.Shipment) string { return s.Code }),
		plain("leg", func(s *schemas.Shipment) string { return s.Leg }),
		plain("present_event_id", func(s *schemas.Shipment) string { return s.PresentEventID }),
		maybeInstant("status_at", func(s *schemas.Shipment) *time.Time { return s.StatusAt }),
		plain("terminal", func(s *schemas.Shipment) bool { return s.Terminal }),
		maybeInstant("clock_start", func(s *schemas.Shipment) *time.Time { return s.ClockStart }),
		plain("clock_start_local", func(s *schemas.Shipment) string { return s.ClockStartLocal }),
		maybeInstant("clock_stop", func(s *schemas.Shipment) *time.Time { return s.ClockStop }),
		plain("clock_stop_local", func(s *schemas.Shipment) string { return s.ClockStopLocal }),
		plain("clock_stop_code", func(s *schemas.Shipment) string { return s.ClockStopCode }),
		maybeInstant("delivered_at", func(s *schemas.Shipment) *time.Time { return s.DeliveredAt }),
		plain("delivered_local", func(s *schemas.Shipment) string { return s.DeliveredLocal }),
		plain("delivered_precision", func(s *schemas.Shipment) string { return s.DeliveredPrecision }),
		maybeDay("eta_date", func(s *schemas.Shipment) *string { return s.ETADate }),
		maybeInstant("eta_at", func(s *schemas.Shipment) *time.Time { return s.ETAAt }),
		maybeDay("original_eta_date", func(s *schemas.Shipment) *string { return s.OriginalETADate }),
		maybeInstant("original_eta_at", func(s *schemas.Shipment) *time.Time { return s.OriginalETAAt }),
		maybeInstant("first_event_at", func(s *schemas.Shipment) *time.Time { return s.FirstEventAt }),
		maybeInstant("last_event_at", func(s *schemas.Shipment) *time.Time { return s.LastEventAt }),
		maybeInstant("last_scan_at", func(s *schemas.Shipment) *time.Time { return s.LastScanAt }),
		maybeInstant("silent_since", func(s *schemas.Shipment) *time.Time { return s.SilentSince }),
		maybeInstant("stalled_at", func(s *schemas.Shipment) *time.Time { return s.StalledAt }),
		maybeInstant("not_found_at", func(s *schemas.Shipment) *time.Time { return s.NotFoundAt }),
		whole("attempts", func(s *schemas.Shipment) int { return s.Attempts }),
		whole("events", func(s *schemas.Shipment) int { return s.Events }),
		plain("service", func(s *schemas.Shipment) string { return s.Service }),
		plain("origin_country", func(s *schemas.Shipment) string { return s.OriginCountry }),
		plain("destination_country", func(s *schemas.Shipment) string { return s.DestinationCountry }),
		plain("origin_state", func(s *schemas.Shipment) string { return s.OriginState }),
		plain("destination_state", func(s *schemas.Shipment) string { return s.DestinationState }),
		plain("closed", func(s *schemas.Shipment) bool { return s.Closed }),
		instant("created_at", func(s *schemas.Shipment) time.Time { return s.CreatedAt }),
		instant("updated_at", func(s *schemas.Shipment) time.Time { return s.UpdatedAt }),
	}, versioned(func(s *schemas.Shipment) int64 { return s.Revision }, never)...)}
}

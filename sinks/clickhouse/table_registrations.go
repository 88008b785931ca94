package clickhouse

import (
	"slices"
	"time"

	"waybill/schemas"
)

// registrationRow is a registration with the shipment that it follows.
type registrationRow struct {
	shipment                     *schemas.Shipment
	state                        *schemas.RegistrationState
	firstOfParcel, firstOfTenant bool
}

// registrationTable holds one row for each registration.
func registrationTable() *table[registrationRow] {
	return &table[registrationRow]{name: "registrations", columns: slices.Concat(givenColumns(), shownColumns(), []column[registrationRow]{
		plain("carrier", func(r *registrationRow) string { return r.shipment.Carrier }),
		plain("tracking_number", func(r *registrationRow) string { return r.shipment.TrackingNumber }),
		instant("epoch", func(r *registrationRow) time.Time { return r.shipment.Epoch }),
		plain("registration_id", func(r *registrationRow) string { return r.state.RegistrationID }),
		plain("tenant", func(r *registrationRow) string { return r.state.Tenant }),
		plain("state", func(r *registrationRow) string { return r.state.State }),
		plain("reason", func(r *registrationRow) string { return r.state.Reason }),
		plain("actor", func(r *registrationRow) string { return r.state.Actor }),
		plain("reference", func(r *registrationRow) string { return r.state.Reference }),
		plain("metadata", func(r *registrationRow) string { return r.state.Metadata }),
		plain("tags", func(r *registrationRow) []string { return r.state.Tags }),
		instant("registered_at", func(r *registrationRow) time.Time { return r.state.RegisteredAt }),
		instant("expires_at", func(r *registrationRow) time.Time { return r.state.ExpiresAt }),
		plain("backfill", func(r *registrationRow) string { return r.state.Backfill }),
		maybeDay("promised_date", func(r *registrationRow) *string { return r.state.PromisedDate }),
		maybeInstant("promised_at", func(r *registrationRow) *time.Time { return r.state.PromisedAt }),
		plain("promised_zone", func(r *registrationRow) *string { return r.state.PromisedZone }),
		maybeDay("ship_date", func(r *registrationRow) *string { return r.state.ShipDate }),
		plain("service", func(r *registrationRow) string { return r.state.Service }),
		plain("origin_country", func(r *registrationRow) string { return r.state.OriginCountry }),
		plain("destination_country", func(r *registrationRow) string { return r.state.DestinationCountry }),
		plain("measure", func(r *registrationRow) string { return r.state.Measure }),
		maybeInstant("delayed_at", func(r *registrationRow) *time.Time { return r.state.DelayedAt }),
		maybeInstant("delay_cleared_at", func(r *registrationRow) *time.Time { return r.state.DelayClearedAt }),
		maybeInstant("at_risk_at", func(r *registrationRow) *time.Time { return r.state.AtRiskAt }),
		plain("delay_s", func(r *registrationRow) *int64 { return r.state.DelayS }),
		plain("accountable_delay_s", func(r *registrationRow) *int64 { return r.state.AccountableDelayS }),
		plain("previous_status", func(r *registrationRow) string { return r.state.PreviousStatus }),
		plain("webhooks", func(r *registrationRow) int64 { return r.state.Webhooks }),
		plain("status", func(r *registrationRow) string { return r.shipment.Status }),
		plain("code", func(r *registrationRow) string { return r.shipment.Code }),
		plain("terminal", func(r *registrationRow) bool { return r.shipment.Terminal }),
		maybeInstant("status_at", func(r *registrationRow) *time.Time { return r.shipment.StatusAt }),
		maybeInstant("clock_start", func(r *registrationRow) *time.Time { return r.shipment.ClockStart }),
		plain("clock_start_local", func(r *registrationRow) string { return r.shipment.ClockStartLocal }),
		maybeInstant("clock_stop", func(r *registrationRow) *time.Time { return r.shipment.ClockStop }),
		plain("clock_stop_local", func(r *registrationRow) string { return r.shipment.ClockStopLocal }),
		plain("clock_stop_code", func(r *registrationRow) string { return r.shipment.ClockStopCode }),
		maybeInstant("delivered_at", func(r *registrationRow) *time.Time { return r.shipment.DeliveredAt }),
		plain("delivered_local", func(r *registrationRow) string { return r.shipment.DeliveredLocal }),
		plain("delivered_precision", func(r *registrationRow) string { return r.shipment.DeliveredPrecision }),
		maybeDay("original_eta_date", func(r *registrationRow) *string { return r.shipment.OriginalETADate }),
		maybeInstant("original_eta_at", func(r *registrationRow) *time.Time { return r.shipment.OriginalETAAt }),
		maybeInstant("last_event_at", func(r *registrationRow) *time.Time { return r.shipment.LastEventAt }),
		instant("updated_at", func(r *registrationRow) time.Time { return r.shipment.UpdatedAt }),
		plain("first_of_parcel", func(r *registrationRow) bool { return r.firstOfParcel }),
		plain("first_of_tenant", func(r *registrationRow) bool { return r.firstOfTenant }),
	}, versioned(func(r *registrationRow) int64 { return r.shipment.Revision }, never))}
}

// givenColumns are what the tenant gave, to be shown again.
func givenColumns() []column[registrationRow] {
	return []column[registrationRow]{
		plain("transaction", func(r *registrationRow) string { return r.state.Transaction }),
		plain("carrier_account", func(r *registrationRow) string { return r.state.CarrierAccount }),
		plain("is_return", func(r *registrationRow) bool { return r.state.IsReturn }),
		plain("service_name", func(r *registrationRow) string { return r.state.ServiceName }),
		plain("service_token", func(r *registrationRow) string { return r.state.ServiceToken }),
		plain("service_terms", func(r *registrationRow) string { return r.state.ServiceTerms }),
		plain("service_extended_token", func(r *registrationRow) string { return r.state.ServiceExtendedToken }),
		plain("service_parent_token", func(r *registrationRow) string { return r.state.ServiceParentToken }),
		plain("origin_street", func(r *registrationRow) string { return r.state.OriginStreet }),
		plain("origin_city", func(r *registrationRow) string { return r.state.OriginCity }),
		plain("origin_state", func(r *registrationRow) string { return r.state.OriginState }),
		plain("origin_postal_code", func(r *registrationRow) string { return r.state.OriginPostalCode }),
		plain("destination_street", func(r *registrationRow) string { return r.state.DestinationStreet }),
		plain("destination_city", func(r *registrationRow) string { return r.state.DestinationCity }),
		plain("destination_state", func(r *registrationRow) string { return r.state.DestinationState }),
		plain("destination_postal_code", func(r *registrationRow) string { return r.state.DestinationPostalCode }),
	}
}

// shownColumns are what the tenant is shown of the parcel (R5, R7).
func shownColumns() []column[registrationRow] {
	return []column[registrationRow]{
		plain("shown_status", func(r *registrationRow) string { return r.state.ShownStatus }),
		plain("shown_code", func(r *registrationRow) string { return r.state.ShownCode }),
		maybeInstant("shown_at", func(r *registrationRow) *time.Time { return r.state.ShownAt }),
		plain("shown_event_id", func(r *registrationRow) string { return r.state.ShownEventID }),
		plain("current_event_id", func(r *registrationRow) string { return r.state.CurrentEventID }),
		whole("open_exceptions", func(r *registrationRow) int { return r.state.OpenExceptions }),
		whole("unacknowledged_exceptions", func(r *registrationRow) int { return r.state.UnacknowledgedExceptions }),
		maybeDay("eta_date", func(r *registrationRow) *string { return r.shipment.ETADate }),
		maybeInstant("eta_at", func(r *registrationRow) *time.Time { return r.shipment.ETAAt }),
		maybeInstant("stalled_at", func(r *registrationRow) *time.Time { return r.shipment.StalledAt }),
	}
}

// standsForNothing tells of registrations that reports leave out: the number is
// not valid (R2), the tenant's quota is used up (R8), or the registration went
// over to another life or carrier and counts there (I1, R7).
func (r *registrationRow) standsForNothing() bool {
	switch r.state.State {
	case "do_not_track", "refused", "moved":
		return true
	}
	return false
}

// registrationRows gives the rows of a shipment's registrations. The first by
// arrival stands for the parcel in reports over all tenants, and the first of
// each tenant in those of that tenant.
func registrationRows(s *schemas.Shipment) []*registrationRow {
	rows := make([]*registrationRow, len(s.Registrations))
	var first *registrationRow
	firstOf := make(map[string]*registrationRow, 1)
	for i := range s.Registrations {
		r := &registrationRow{shipment: s, state: &s.Registrations[i]}
		rows[i] = r
		if r.standsForNothing() {
			continue
		}
		if first == nil || r.before(first) {
			first = r
		}
		if of := firstOf[r.state.Tenant]; of == nil || r.before(of) {
			firstOf[r.state.Tenant] = r
		}
	}
	if first != nil {
		first.firstOfParcel = true
	}
	for _, r := range firstOf {
		r.firstOfTenant = true
	}
	return rows
}

func (r *registrationRow) before(other *registrationRow) bool {
	a, b := r.state, other.state
	if !a.RegisteredAt.Equal(b.RegisteredAt) {
		return a.RegisteredAt.Before(b.RegisteredAt)
	}
	return a.RegistrationID < b.RegistrationID
}

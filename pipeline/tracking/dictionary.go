package tracking

// dictionary gives texts that states use over and over and hold as a number:
// main statuses and codes, the most used first. Their order is part of the
// layout: only append. A text that is not here is written out once.
func dictionary() []string {
	return []string{
		// Main statuses.
		"UNKNOWN", "PENDING", "INVALID", "INFO_RECEIVED", "IN_TRANSIT", "EXCEPTION", "OUT_FOR_DELIVERY", "ATTEMPT_FAILED",
		"AVAILABLE_FOR_PICKUP", "RETURNING", "DELIVERED", "RETURNED", "FAILED", "CANCELLED", "EXPIRED",
		// Codes, the most used first.
		"info.received", "transit.picked_up", "transit.accepted", "transit.arrived_facility", "transit.departed_facility",
		"transit.processing", "transit.arrived_destination", "transit.at_delivery_depot", "transit.moving",
		"transit.info_update", "transit.handed_to_partner", "transit.customs_started", "transit.customs_cleared",
		"ofd.out", "collect.ready", "attempt.failed", "attempt.no_recipient", "attempt.notice_left",
		"delivered.delivered", "delivered.signed", "delivered.neighbour", "delivered.safe_place", "delivered.collected",
		"pending.registered", "info.label_created", "info.awaiting_handover", "unknown.unmapped", "exc.unspecified",
		"exc.carrier_delay", "exc.customs_hold", "exc.address", "returning.in_progress", "returned.returned",
		// All other codes.
		"pending.not_found", "pending.carrier_undetected", "invalid.number", "invalid.unsupported_product",
		"info.out_for_pickup", "info.pickup_failed", "info.dropped_off", "info.return_placed", "transit.redirected",
		"transit.delivery_scheduled", "transit.delivery_rescheduled", "transit.problem_resolved", "transit.relabelled",
		"ofd.customer_contacted", "ofd.appointment", "attempt.final", "attempt.business_closed", "attempt.no_access",
		"attempt.unreachable", "attempt.bad_address", "attempt.refused", "attempt.identity", "attempt.payment",
		"attempt.security", "attempt.rescheduled", "attempt.not_made", "delivered.other_location",
		"delivered.cod_collected", "delivered.partial", "delivered.damaged", "delivered.post_update",
		"exc.missed_connection", "exc.misrouted", "exc.held_by_carrier", "exc.held_at_request", "exc.damaged",
		"exc.loss_or_damage", "exc.contact_carrier", "exc.weather", "exc.external_delay", "exc.security",
		"exc.customs_documents", "exc.duty_unpaid", "exc.prohibited", "exc.consignee_moved", "exc.refused",
		"exc.no_recipient", "exc.unclaimed", "exc.shipper", "exc.rejected_by_carrier", "exc.out_of_service_area",
		"returning.requested", "returning.unclaimed", "returning.out_for_delivery", "returning.attempt_failed",
		"returning.problem", "failed.lost", "failed.destroyed", "failed.undeliverable", "cancelled.cancelled",
		"expired.no_update",
	}
}

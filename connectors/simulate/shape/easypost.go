package shape

// renderEasyPost is an Event with a whole Tracker.
func renderEasyPost(v *view) any {
	return object{
		"id": "evt_" + v.heard.id, "object": "Event", "mode": "production", "description": "tracker.updated", "status": "pending",
		"previous_attributes": object{}, "pending_urls": []string{}, "completed_urls": []string{}, "created_at": v.at.UTC(), "updated_at": v.at.UTC(),
		"result": object{
			"id": "trk_" + v.number(), "object": "Tracker", "mode": "production", "tracking_code": v.number(), "carrier": easyPostCarrier(v.heard.Carrier),
			"status": v.newest.status, "status_detail": v.newest.code, "signed_by": orNull(v.newest.SignedBy), "est_delivery_date": orNull(midnight(v.eta())),
			"finalized": false, "is_return": v.registration.IsReturn, "created_at": v.since().UTC(), "updated_at": v.at.UTC(),
			"tracking_details": each(v.events, easyPostEvent),
		},
	}
}

func easyPostEvent(e *event) object {
	place := e.place()
	return object{
		"object": "TrackingDetail", "message": e.Description, "description": nil, "status": e.status, "status_detail": e.code, "datetime": e.utc(),
		"source": "carrier", "carrier_code": nil,
		"tracking_location": object{"object": "TrackingLocation", "city": orNull(place.City), "state": orNull(place.State), "country": orNull(place.Country), "zip": orNull(place.PostalCode)},
	}
}

func easyPostCarrier(slug string) string {
	if name, ok := map[string]string{"royal-mail": "RoyalMail", "usps": "USPS", "ups": "UPS", "fedex": "FedEx", "dhl-express": "DHLExpress"}[slug]; ok {
		return name
	}
	return slug
}

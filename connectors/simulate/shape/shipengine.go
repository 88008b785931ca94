package shape

// renderShipEngine is the webhook API_TRACK.
func renderShipEngine(v *view) any {
	return object{
		"resource_url": "https://api.shipengine.com/v1/tracking?carrier_code=" + v.token() + "&tracking_number=" + v.number(), "resource_type": "API_TRACK",
		"data": object{
			"tracking_number": v.number(), "carrier_code": v.token(), "status_code": v.newest.status, "status_detail_code": orNull(v.newest.code),
			"status_description": v.newest.Description, "estimated_delivery_date": orNull(midnight(v.eta())), "events": each(v.newestFirst(), shipEngineEvent),
		},
	}
}

func shipEngineEvent(e *event) object {
	place := e.place()
	return object{
		"occurred_at": e.utc(), "carrier_occurred_at": e.OccurredLocal, "description": e.Description,
		"city_locality": place.City, "state_province": place.State, "postal_code": place.PostalCode, "country_code": place.Country,
		"signer": e.SignedBy, "status_code": e.status, "status_detail_code": orNull(e.code), "status_description": e.Description,
	}
}

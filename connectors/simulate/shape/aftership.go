package shape

import "waybill/schemas"

// renderAfterShip is the webhook tracking_update.
func renderAfterShip(v *view) any {
	now := v.newest
	return object{
		"ts": v.at.Unix(), "event": "tracking_update", "event_id": v.heard.id, "is_tracking_first_tag": false,
		"msg": object{
			"id": v.number(), "tracking_number": v.number(), "slug": v.heard.Carrier, "active": true,
			"tag": now.status, "subtag": now.code, "subtag_message": now.Description, "order_id": v.registration.Reference,
			"destination_country_region": v.registration.Destination.Country, "return_to_sender": now.Leg == schemas.LegReturn,
			"courier_estimated_delivery_date": afterShipETA(v.eta()), "created_at": v.since().UTC(), "updated_at": v.at.UTC(),
			"checkpoints": each(v.events, func(e *event) object { return afterShipCheckpoint(v, e) }),
		},
	}
}

func afterShipETA(day string) any {
	if day == "" {
		return nil
	}
	return object{"estimated_delivery_date": day, "estimated_delivery_date_min": nil, "estimated_delivery_date_max": nil}
}

func afterShipCheckpoint(v *view, e *event) object {
	place := e.place()
	return object{
		"created_at": e.heardAt.UTC(), "checkpoint_time": e.asWritten(), "slug": v.heard.Carrier, "location": place.City, "city": orNull(place.City),
		"state": orNull(place.State), "zip": orNull(place.PostalCode), "country_region": orNull(place.Country), "message": e.Description,
		"tag": e.status, "subtag": e.code, "subtag_message": e.Description, "raw_tag": "", "events": []any{}, "source": "api",
	}
}

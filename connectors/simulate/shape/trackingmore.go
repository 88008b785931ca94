package shape

import "strings"

// renderTrackingMore is the webhook of version 4: local times, without offsets.
func renderTrackingMore(v *view) any {
	return object{"meta": object{"code": 200, "type": "Success", "message": "Success"}, "data": object{
		"id": v.number(), "tracking_number": v.number(), "courier_code": v.heard.Carrier, "created_at": v.since().UTC(), "update_at": v.at.UTC(),
		"delivery_status": v.newest.status, "substatus": v.newest.code, "origin_country": v.registration.Origin.Country,
		"destination_country": v.registration.Destination.Country, "scheduled_delivery_date": orNull(v.eta()), "signed_by": orNull(v.newest.SignedBy),
		"latest_event": v.newest.Description, "latest_checkpoint_time": v.newest.OccurredLocal,
		"origin_info":      object{"courier_code": v.heard.Carrier, "milestone_date": object{}, "trackinfo": each(v.newestFirst(), trackingMoreEvent)},
		"destination_info": object{"courier_code": nil, "trackinfo": []any{}},
	}}
}

func trackingMoreEvent(e *event) object {
	place := e.place()
	return object{
		"checkpoint_date": strings.Replace(e.OccurredLocal, "T", " ", 1), "checkpoint_delivery_status": e.status, "checkpoint_delivery_substatus": e.code,
		"tracking_detail": e.Description, "location": place.City, "country_iso2": orNull(place.Country), "state": orNull(place.State),
		"city": orNull(place.City), "zip": orNull(place.PostalCode), "raw_status": nil,
	}
}

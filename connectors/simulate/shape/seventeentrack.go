package shape

import "time"

// render17Track is the webhook TRACKING_UPDATED of version 2.
func render17Track(v *view) any {
	events := each(v.newestFirst(), event17Track)
	key := carrier17Track(v.heard.Carrier)
	info := object{
		"shipping_info": object{"shipper_address": object{"country": v.registration.Origin.Country}, "recipient_address": object{"country": v.registration.Destination.Country}},
		"latest_status": object{"status": v.newest.status, "sub_status": v.newest.code},
		"time_metrics":  object{"estimated_delivery_date": object{"source": orNull(source17Track(v)), "from": orNull(midnight(v.eta())), "to": orNull(midnight(v.eta()))}},
		"milestone":     []any{},
		"tracking": object{"providers_hash": 1234567890123456789, "providers": []object{{
			"provider": object{"key": key, "name": v.heard.Carrier, "alias": v.heard.Carrier}, "latest_sync_status": "Success", "latest_sync_time": v.at.UTC(),
			"events_hash": -1234567890123456789, "events": events,
		}}},
	}
	if len(events) > 0 {
		info["latest_event"] = events[0]
	}
	return object{"event": "TRACKING_UPDATED", "data": object{"number": v.number(), "carrier": key, "tag": "", "track_info": info}}
}

func source17Track(v *view) string {
	if v.eta() == "" {
		return ""
	}
	return "Official"
}

func event17Track(e *event) object {
	place := e.place()
	out := object{
		"description": e.Description, "location": place.City, "stage": e.status, "sub_status": e.code,
		"address":  object{"country": place.Country, "state": place.State, "city": place.City, "street": "", "postal_code": place.PostalCode},
		"time_raw": object{"date": e.OccurredLocal[:len(time.DateOnly)], "time": e.OccurredLocal[len(time.DateOnly)+1:], "timezone": nil},
		"time_iso": nil, "time_utc": nil,
	}
	if !e.zoneless() {
		out["time_iso"], out["time_utc"] = e.offset(), e.utc()
	}
	return out
}

// carrier17Track is the carrier's number there.
func carrier17Track(slug string) int {
	return map[string]int{"royal-mail": 11031, "usps": 21051, "ups": 100002, "fedex": 100003, "dhl-express": 100001}[slug]
}

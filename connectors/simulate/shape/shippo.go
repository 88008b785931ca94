package shape

import "waybill/schemas"

// renderShippo is the webhook track_updated.
func renderShippo(v *view) any {
	history := each(v.events, shippoEvent)
	var now any
	if len(history) > 0 {
		now = history[len(history)-1]
	}
	return object{"event": "track_updated", "test": false, "data": object{
		"carrier": v.token(), "tracking_number": v.number(),
		"address_from": shippoAddress(v.registration.Origin), "address_to": shippoAddress(v.registration.Destination),
		"eta": orNull(midnight(v.eta())), "messages": []string{}, "metadata": v.registration.Metadata,
		"servicelevel":    object{"name": v.registration.ServiceLevel.Name, "token": v.registration.ServiceLevel.Token},
		"tracking_status": now, "tracking_history": history, "transaction": nil,
	}}
}

func shippoEvent(e *event) object {
	place := e.place()
	return object{
		"object_id": e.id, "object_created": e.heardAt.UTC(), "object_updated": e.heardAt.UTC(),
		"status": e.status, "substatus": shippoDetail(e), "status_date": e.utc(), "status_details": e.Description,
		"location": object{"city": place.City, "state": place.State, "zip": place.PostalCode, "country": place.Country},
	}
}

func shippoDetail(e *event) any {
	if e.code == "" {
		return nil
	}
	return object{"code": e.code, "text": e.Description, "action_required": false}
}

func shippoAddress(a *schemas.Address) object {
	return object{"city": a.City, "state": a.State, "zip": a.PostalCode, "country": a.Country}
}

// midnight is a day as sources write it that have only instants.
func midnight(day string) string {
	if day == "" {
		return ""
	}
	return day + "T00:00:00Z"
}

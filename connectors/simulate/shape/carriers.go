package shape

import "time"

// renderIntersoft is one event, in the shape that docs/connectors/intersoft.md
// takes.
func renderIntersoft(v *view) any {
	yes := map[bool]string{true: "Yes", false: "No"}
	c := v.shape.words.model.Code(v.heard.Code)
	return object{"trackingNumber": v.number(), "carrierCode": "RM", "events": []object{{
		"eventCode": v.heard.code, "eventName": v.heard.Description, "eventType": "Tracking", "milestone": yes[c.Milestone], "stopTheClock": yes[c.StopsClock],
		"eventDateTime": v.heard.offset(), "location": v.heard.place().City,
	}}}
}

// renderRoyalMail is the answer of its tracking API.
func renderRoyalMail(v *view) any {
	now := v.newest
	piece := object{
		"mailPieceId": v.number(), "carrierShortName": "RM", "carrierFullName": "Royal Mail Group Ltd",
		"summary": object{
			"uniqueItemId": v.number(), "oneDBarcode": v.number(), "productId": v.registration.ServiceLevel.Token, "productName": v.registration.ServiceLevel.Name,
			"lastEventCode": now.code, "lastEventName": now.Description, "lastEventDateTime": now.offset(), "lastEventLocationName": now.place().City,
		},
		"events": each(v.newestFirst(), func(e *event) object {
			return object{"eventCode": e.code, "eventName": e.Description, "eventDateTime": e.offset(), "locationName": e.place().City}
		}),
	}
	if day := v.eta(); day != "" {
		piece["estimatedDelivery"] = object{"date": day}
	}
	return object{"mailPieces": piece}
}

// renderUPS is the answer of its tracking API: local times, without offsets.
func renderUPS(v *view) any {
	activity := each(v.newestFirst(), func(e *event) object {
		at, err := time.Parse("2006-01-02T15:04:05", e.OccurredLocal)
		if err != nil {
			at = e.OccurredAt
		}
		place := e.place()
		return object{
			"date": at.Format("20060102"), "time": at.Format("150405"),
			"location": object{"address": object{"city": place.City, "stateProvince": place.State, "postalCode": place.PostalCode, "countryCode": place.Country}},
			"status":   object{"type": e.status, "code": e.code, "description": e.Description, "statusCode": e.code},
		}
	})
	pack := object{"trackingNumber": v.number(), "activity": activity}
	if day := v.eta(); day != "" {
		if at, err := time.Parse(time.DateOnly, day); err == nil {
			pack["deliveryDate"] = []object{{"type": "SDD", "date": at.Format("20060102")}}
		}
	}
	return object{"trackResponse": object{"shipment": []object{{"inquiryNumber": v.number(), "package": []object{pack}}}}}
}

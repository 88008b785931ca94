package body

import (
	"time"

	"waybill/schemas"
)

// Test is what a test of an endpoint carries (W9) in Waybill's own form, version
// 1: the fields in front that any webhook has, and nothing about a shipment.
type Test struct {
	// ID is the webhook's id, the same over all attempts.
	ID string `json:"id"`
	// Type is endpoint.test; Types is the same in a list.
	Type  string   `json:"type"`
	Types []string `json:"types"`
	// Created is when the test was asked for: RFC 3339, UTC.
	Created time.Time `json:"created"`
	// EndpointID is the endpoint that is tested.
	EndpointID string `json:"endpoint_id"`
}

// Test writes what a test of an endpoint carries (W9): in Waybill's own form a
// Test. The platforms have no such thing, so in their dialects it is about a parcel TEST
// of the carrier test, which there is not.
func (d *Dialects) Test(dialect, id, endpointID string, created time.Time) []byte {
	types := []string{schemas.TypeEndpointTest}
	if d == nil || !Whole(dialect) {
		return toJSON(&Test{ID: id, Type: types[0], Types: types, Created: created, EndpointID: endpointID})
	}
	e := Event{
		ObjectID: id, ObjectCreated: created, ObjectUpdated: created, OccurredAt: created,
		Status: "IN_TRANSIT", Code: "transit.moving", Name: "Test", Description: "This is a test.",
	}
	return d.Append(nil, dialect, &Webhook{
		ID: id, Type: types[0], Types: types, Created: created, Event: e, History: []Event{e},
		Shipment: Shipment{Carrier: "test", TrackingNumber: "TEST", Status: e.Status, Code: e.Code, StatusAt: &created},
	})
}

package body

import (
	"time"

	"waybill/schemas"
)

// Test writes what a test of an endpoint carries (W9). In Waybill's own form it
// has the same fields in front as any webhook, and nothing about a shipment. The
// platforms have no such thing, so in their dialects it is about a parcel TEST
// of the carrier test, which there is not.
func (d *Dialects) Test(dialect, id, endpointID string, created time.Time) []byte {
	types := []string{schemas.TypeEndpointTest}
	if d == nil || !Whole(dialect) {
		return toJSON(struct {
			ID         string    `json:"id"`
			Type       string    `json:"type"`
			Types      []string  `json:"types"`
			Created    time.Time `json:"created"`
			EndpointID string    `json:"endpoint_id"`
		}{id, types[0], types, created, endpointID})
	}
	e := Event{
		ObjectID: id, ObjectCreated: created, ObjectUpdated: created, OccurredAt: created,
		Status: "IN_TRANSIT", Code: "transit.moving", Name: "Test", Description: "This is a test.",
	}
	return d.Encode(dialect, &Webhook{
		ID: id, Type: types[0], Types: types, Created: created, Event: e, History: []Event{e},
		Shipment: Shipment{Carrier: "test", TrackingNumber: "TEST", Status: e.Status, Code: e.Code, StatusAt: &created},
	})
}

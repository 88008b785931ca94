package body

import (
	"fmt"

	"waybill/schemas"
	"waybill/schemas/shippo"
)

// Shippo's webhook track_updated.
type shippoWebhook struct {
	Event string       `json:"event"`
	Test  bool         `json:"test"`
	Data  shippo.Track `json:"data"`
}

// shippoBody gives a webhook in Shippo's shape. All types are track_updated, for
// there is no other; history may be shorter than the webhook's.
func (d *Dialects) shippoBody(w *Webhook, history []Event) *shippoWebhook {
	now := d.shippoStatus(w.present())
	track := shippo.Track{
		Carrier: w.Shipment.Carrier, TrackingNumber: w.Shipment.TrackingNumber,
		AddressFrom: shippo.AddressOf(w.Shipment.Origin), AddressTo: shippo.AddressOf(w.Shipment.Destination),
		ETA: w.Shipment.ETA.instant(), OriginalETA: w.Shipment.OriginalETA.instant(),
		ServiceLevel: shippo.ServiceOf(w.Shipment.ServiceLevel),
		Metadata:     w.Registration.Metadata, Transaction: w.Registration.Transaction,
		TrackingStatus: &now, TrackingHistory: make([]shippo.Status, len(history)), Messages: []string{},
	}
	for i := range history {
		track.TrackingHistory[i] = d.shippoStatus(&history[i])
	}
	if left := len(w.History) - len(history); left > 0 {
		track.Messages = append(track.Messages, fmt.Sprintf("The oldest %d events of the history are left out: the message would be too large.", left))
	}
	return &shippoWebhook{Event: "track_updated", Test: w.Type == schemas.TypeEndpointTest, Data: track}
}

func (d *Dialects) shippoStatus(e *Event) shippo.Status {
	word := d.shippo.Word(e.Code)
	return shippo.Status{
		ObjectID: e.ObjectID, ObjectCreated: e.ObjectCreated, ObjectUpdated: e.ObjectUpdated,
		Status:     word.Status,
		Substatus:  shippo.Substatus{Code: word.Detail, Text: e.Name, ActionRequired: e.ActionRequired},
		StatusDate: &e.OccurredAt, StatusDetails: e.words(), Location: shippo.PlaceOf(e.Location),
	}
}

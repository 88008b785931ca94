package body

import (
	"fmt"
	"time"

	"waybill/schemas"
)

// Shippo's webhook track_updated, with the Track of version 2018-02-08. What is
// not known is left out, for its readers take no null.
type shippoWebhook struct {
	Event string      `json:"event"`
	Test  bool        `json:"test"`
	Data  shippoTrack `json:"data"`
}

type shippoTrack struct {
	Carrier        string              `json:"carrier"`
	TrackingNumber string              `json:"tracking_number"`
	AddressFrom    *shippoPlace        `json:"address_from,omitempty"`
	AddressTo      *shippoPlace        `json:"address_to,omitempty"`
	ETA            string              `json:"eta,omitempty"`
	OriginalETA    string              `json:"original_eta,omitempty"`
	ServiceLevel   *shippoServiceLevel `json:"servicelevel,omitempty"`
	Metadata       string              `json:"metadata,omitempty"`
	Transaction    string              `json:"transaction,omitempty"`
	// TrackingStatus is the present, TrackingHistory all events, oldest first.
	TrackingStatus  *shippoStatus  `json:"tracking_status,omitempty"`
	TrackingHistory []shippoStatus `json:"tracking_history"`
	// Messages are for people.
	Messages []string `json:"messages"`
}

type shippoStatus struct {
	ObjectID      string          `json:"object_id"`
	ObjectCreated time.Time       `json:"object_created"`
	ObjectUpdated time.Time       `json:"object_updated"`
	Status        string          `json:"status"`
	Substatus     shippoSubstatus `json:"substatus"`
	StatusDate    time.Time       `json:"status_date"`
	StatusDetails string          `json:"status_details"`
	Location      *shippoPlace    `json:"location,omitempty"`
}

type shippoSubstatus struct {
	Code           string `json:"code"`
	Text           string `json:"text"`
	ActionRequired bool   `json:"action_required"`
}

type shippoPlace struct {
	City    string `json:"city"`
	State   string `json:"state"`
	Zip     string `json:"zip"`
	Country string `json:"country"`
}

type shippoServiceLevel struct {
	Name          string              `json:"name,omitempty"`
	Token         string              `json:"token,omitempty"`
	Terms         string              `json:"terms,omitempty"`
	ExtendedToken string              `json:"extended_token,omitempty"`
	Parent        *shippoServiceLevel `json:"parent_servicelevel,omitempty"`
}

// shippoBody gives a webhook in Shippo's shape. All types are track_updated, for
// there is no other; history may be shorter than the webhook's.
func (d *Dialects) shippoBody(w *Webhook, history []Event) *shippoWebhook {
	now := d.shippoStatus(w.present())
	track := shippoTrack{
		Carrier: w.Shipment.Carrier, TrackingNumber: w.Shipment.TrackingNumber,
		AddressFrom: shippoAddress(w.Shipment.Origin), AddressTo: shippoAddress(w.Shipment.Destination),
		ETA: w.Shipment.ETA.instant(), OriginalETA: w.Shipment.OriginalETA.instant(),
		ServiceLevel: shippoService(w.Shipment.ServiceLevel),
		Metadata:     w.Registration.Metadata, Transaction: w.Registration.Transaction,
		TrackingStatus: &now, TrackingHistory: make([]shippoStatus, len(history)), Messages: []string{},
	}
	for i := range history {
		track.TrackingHistory[i] = d.shippoStatus(&history[i])
	}
	if left := len(w.History) - len(history); left > 0 {
		track.Messages = append(track.Messages, fmt.Sprintf("The oldest %d events of the history are left out: the message would be too large.", left))
	}
	return &shippoWebhook{Event: "track_updated", Test: w.Type == schemas.TypeEndpointTest, Data: track}
}

func (d *Dialects) shippoStatus(e *Event) shippoStatus {
	word := d.shippo.Word(e.Code)
	return shippoStatus{
		ObjectID: e.ObjectID, ObjectCreated: e.ObjectCreated, ObjectUpdated: e.ObjectUpdated,
		Status:     word.Status,
		Substatus:  shippoSubstatus{Code: word.Detail, Text: e.Name, ActionRequired: e.ActionRequired},
		StatusDate: e.OccurredAt, StatusDetails: e.words(), Location: shippoLocation(e.Location),
	}
}

func shippoLocation(l *schemas.Location) *shippoPlace {
	if l == nil {
		return nil
	}
	return &shippoPlace{City: l.City, State: l.State, Zip: l.PostalCode, Country: l.Country}
}

func shippoAddress(a *schemas.Address) *shippoPlace {
	if a == nil {
		return nil
	}
	return &shippoPlace{City: a.City, State: a.State, Zip: a.PostalCode, Country: a.Country}
}

func shippoService(s *schemas.ServiceLevel) *shippoServiceLevel {
	if s == nil {
		return nil
	}
	level := &shippoServiceLevel{Name: s.Name, Token: s.Token, Terms: s.Terms, ExtendedToken: s.ExtendedToken}
	if s.ParentToken != "" {
		level.Parent = &shippoServiceLevel{Token: s.ParentToken}
	}
	return level
}

package body

import (
	"net/url"
	"slices"
	"time"

	"waybill/schemas"
	"waybill/schemas/status"
)

// ShipEngine's webhook API_TRACK. What is not known is null.
type shipEngineWebhook struct {
	ResourceURL  string          `json:"resource_url"`
	ResourceType string          `json:"resource_type"`
	Data         shipEngineTrack `json:"data"`
}

type shipEngineTrack struct {
	LabelURL       *string `json:"label_url"`
	TrackingURL    *string `json:"tracking_url"`
	TrackingNumber string  `json:"tracking_number"`
	shipEngineStatus
	CarrierCode           string     `json:"carrier_code"`
	CarrierID             *int64     `json:"carrier_id"`
	ShipDate              *string    `json:"ship_date"`
	EstimatedDeliveryDate *string    `json:"estimated_delivery_date"`
	ActualDeliveryDate    *time.Time `json:"actual_delivery_date"`
	ExceptionDescription  *string    `json:"exception_description"`
	// Events are the newest first.
	Events []shipEngineEvent `json:"events"`
}

// shipEngineStatus is the words for one event: ShipEngine's and the carrier's.
type shipEngineStatus struct {
	StatusCode               string  `json:"status_code"`
	StatusDetailCode         string  `json:"status_detail_code"`
	StatusDescription        string  `json:"status_description"`
	StatusDetailDescription  string  `json:"status_detail_description"`
	CarrierStatusCode        *string `json:"carrier_status_code"`
	CarrierDetailCode        *string `json:"carrier_detail_code"`
	CarrierStatusDescription *string `json:"carrier_status_description"`
}

type shipEngineEvent struct {
	OccurredAt        time.Time `json:"occurred_at"`
	CarrierOccurredAt *string   `json:"carrier_occurred_at"`
	Description       string    `json:"description"`
	CityLocality      *string   `json:"city_locality"`
	StateProvince     *string   `json:"state_province"`
	PostalCode        *string   `json:"postal_code"`
	CountryCode       *string   `json:"country_code"`
	CompanyName       *string   `json:"company_name"`
	Signer            *string   `json:"signer"`
	EventCode         *string   `json:"event_code"`
	shipEngineStatus
	Latitude           *float64 `json:"latitude"`
	Longitude          *float64 `json:"longitude"`
	ProofOfDeliveryURL *string  `json:"proof_of_delivery_url"`
}

// shipEngineBody gives a webhook in ShipEngine's shape. All types are API_TRACK,
// for there is no other; history may be shorter than the webhook's.
func (d *Dialects) shipEngineBody(w *Webhook, history []Event) *shipEngineWebhook {
	now := w.present()
	if w.Type == schemas.TypeExpired { // there is a word for it: TRACKING_EXPIRED
		expired := w.Event
		expired.Description = "" // which is no carrier's
		now = &expired
	}
	track := shipEngineTrack{
		TrackingNumber: w.Shipment.TrackingNumber, CarrierCode: w.Shipment.Carrier,
		shipEngineStatus:      d.shipEngineStatus(now),
		EstimatedDeliveryDate: known(w.Shipment.ETA.instant()), ActualDeliveryDate: w.Shipment.DeliveredAt,
		Events: make([]shipEngineEvent, 0, len(history)),
	}
	if day := w.Registration.ShipDate; day != nil {
		track.ShipDate = known(midnight(*day))
	}
	if now.Status == status.Exception {
		track.ExceptionDescription = known(now.words())
	}
	for i := range slices.Backward(history) {
		track.Events = append(track.Events, d.shipEngineEvent(&history[i]))
	}
	about := url.Values{"carrier_code": {track.CarrierCode}, "tracking_number": {track.TrackingNumber}}
	return &shipEngineWebhook{ResourceURL: "waybill:/v1/tracking?" + about.Encode(), ResourceType: "API_TRACK", Data: track}
}

func (d *Dialects) shipEngineStatus(e *Event) shipEngineStatus {
	word := d.shipEngine.Word(e.Code)
	return shipEngineStatus{
		StatusCode: word.Status, StatusDetailCode: word.Detail,
		StatusDescription: shipEngineName(word.Status), StatusDetailDescription: e.Name,
		CarrierStatusCode: known(e.RawCode), CarrierStatusDescription: known(e.Description),
	}
}

func (d *Dialects) shipEngineEvent(e *Event) shipEngineEvent {
	l := e.Location
	if l == nil {
		l = &schemas.Location{}
	}
	return shipEngineEvent{
		OccurredAt: e.OccurredAt, CarrierOccurredAt: known(e.OccurredLocal), Description: e.words(),
		CityLocality: known(l.City), StateProvince: known(l.State), PostalCode: known(l.PostalCode),
		CountryCode: known(l.Country), CompanyName: known(l.Name),
		Signer: known(e.SignedBy), EventCode: known(e.RawCode), shipEngineStatus: d.shipEngineStatus(e),
	}
}

// shipEngineName is what a status code is called.
func shipEngineName(code string) string {
	switch code {
	case "AC":
		return "Accepted"
	case "IT":
		return "In Transit"
	case "DE":
		return "Delivered"
	case "EX":
		return "Exception"
	case "AT":
		return "Delivery Attempt"
	case "NY":
		return "Not Yet In System"
	case "SP":
		return "Delivered To Collection Location"
	}
	return "Unknown"
}

// known gives nil for an empty text.
func known(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

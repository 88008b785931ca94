package listener

import "encoding/json"

// said is what a body says of itself.
type said struct {
	id, kind, number, status string
	sequence                 int64
	registrationID           string
}

// read finds out what a body says, in Waybill's own form or in the shape of
// Shippo or ShipEngine. A body that is none of these says nothing: that is no
// failure, for forms may come that this listener is older than.
func read(body []byte) said {
	for _, as := range []func([]byte) (said, bool){readOwn, readShippo, readShipEngine} {
		if s, ok := as(body); ok {
			return s
		}
	}
	return said{}
}

func readOwn(body []byte) (said, bool) {
	var b struct {
		ID           string `json:"id"`
		Type         string `json:"type"`
		Sequence     int64  `json:"sequence"`
		Registration struct {
			ID string `json:"id"`
		} `json:"registration"`
		Shipment struct {
			TrackingNumber string `json:"tracking_number"`
			Status         string `json:"status"`
		} `json:"shipment"`
	}
	err := json.Unmarshal(body, &b)
	return said{b.ID, b.Type, b.Shipment.TrackingNumber, b.Shipment.Status, b.Sequence, b.Registration.ID}, err == nil && b.Type != ""
}

func readShippo(body []byte) (said, bool) {
	var b struct {
		Event string `json:"event"`
		Data  struct {
			TrackingNumber string `json:"tracking_number"`
			TrackingStatus struct {
				Status string `json:"status"`
			} `json:"tracking_status"`
		} `json:"data"`
	}
	err := json.Unmarshal(body, &b)
	return said{kind: b.Event, number: b.Data.TrackingNumber, status: b.Data.TrackingStatus.Status}, err == nil && b.Event != ""
}

func readShipEngine(body []byte) (said, bool) {
	var b struct {
		ResourceType string `json:"resource_type"`
		Data         struct {
			TrackingNumber string `json:"tracking_number"`
			StatusCode     string `json:"status_code"`
		} `json:"data"`
	}
	err := json.Unmarshal(body, &b)
	return said{kind: b.ResourceType, number: b.Data.TrackingNumber, status: b.Data.StatusCode}, err == nil && b.ResourceType != ""
}

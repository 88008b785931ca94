package shippo

import (
	"time"

	"waybill/schemas"
)

// Version is the version of Shippo's interface whose shapes these are.
const Version = "2018-02-08"

// Track is a parcel.
type Track struct {
	Carrier        string        `json:"carrier"`
	TrackingNumber string        `json:"tracking_number"`
	AddressFrom    *Place        `json:"address_from,omitempty"`
	AddressTo      *Place        `json:"address_to,omitempty"`
	ETA            string        `json:"eta,omitempty"`
	OriginalETA    string        `json:"original_eta,omitempty"`
	ServiceLevel   *ServiceLevel `json:"servicelevel,omitempty"`
	Metadata       string        `json:"metadata,omitempty"`
	Transaction    string        `json:"transaction,omitempty"`
	// TrackingStatus is the present, TrackingHistory all events, oldest first.
	TrackingStatus  *Status  `json:"tracking_status,omitempty"`
	TrackingHistory []Status `json:"tracking_history"`
	// Messages are for people.
	Messages []string `json:"messages"`
	// Test is in answers, which say it beside the parcel; a webhook says it
	// above.
	Test *bool `json:"test,omitempty"`
}

// Status is an event.
type Status struct {
	ObjectID      string     `json:"object_id"`
	ObjectCreated time.Time  `json:"object_created"`
	ObjectUpdated time.Time  `json:"object_updated"`
	Status        string     `json:"status"`
	Substatus     Substatus  `json:"substatus"`
	StatusDate    *time.Time `json:"status_date,omitempty"` // of the scan, UTC
	StatusDetails string     `json:"status_details"`
	Location      *Place     `json:"location,omitempty"`
}

// Substatus is the finer code of an event.
type Substatus struct {
	Code           string `json:"code"`
	Text           string `json:"text"`
	ActionRequired bool   `json:"action_required"`
}

// Place is a place or an address, as much of it as there is.
type Place struct {
	City    string `json:"city"`
	State   string `json:"state"`
	Zip     string `json:"zip"`
	Country string `json:"country"`
}

// ServiceLevel is the product that was bought from the carrier.
type ServiceLevel struct {
	Name          string        `json:"name,omitempty"`
	Token         string        `json:"token,omitempty"`
	Terms         string        `json:"terms,omitempty"`
	ExtendedToken string        `json:"extended_token,omitempty"`
	Parent        *ServiceLevel `json:"parent_servicelevel,omitempty"`
}

// PlaceOf gives where an event happened, nil where that is not known.
func PlaceOf(l *schemas.Location) *Place {
	if l == nil {
		return nil
	}
	return &Place{City: l.City, State: l.State, Zip: l.PostalCode, Country: l.Country}
}

// AddressOf gives an address, nil where none is known.
func AddressOf(a *schemas.Address) *Place {
	if a == nil {
		return nil
	}
	return &Place{City: a.City, State: a.State, Zip: a.PostalCode, Country: a.Country}
}

// ServiceOf gives a product, nil where none is known.
func ServiceOf(s *schemas.ServiceLevel) *ServiceLevel {
	if s == nil {
		return nil
	}
	level := &ServiceLevel{Name: s.Name, Token: s.Token, Terms: s.Terms, ExtendedToken: s.ExtendedToken}
	if s.ParentToken != "" {
		level.Parent = &ServiceLevel{Token: s.ParentToken}
	}
	return level
}

// Target writes when a parcel should be there, a day or an instant, as Shippo
// does: a day as its midnight in UTC. It is empty where nothing is known.
func Target(day string, at *time.Time) string {
	switch {
	case at != nil:
		return at.UTC().Format(time.RFC3339)
	case day != "":
		return day + "T00:00:00Z"
	}
	return ""
}

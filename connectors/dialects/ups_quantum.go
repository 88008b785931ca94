package dialects

import (
	"fmt"

	"waybill/connectors/places"
	"waybill/schemas"
)

// upsQuantum is the answer of Quantum View, in XML and JSON: what happened to
// all parcels of a subscription, in files, by kind. Kinds have no code but
// exceptions; the others get the one that tracking has for the same scan.
type upsQuantum struct {
	Response upsResponse      `json:"Response"`
	Events   upsQuantumEvents `json:"QuantumViewEvents"`
}

type upsQuantumEvents struct {
	Subscriptions many[*struct {
		Files many[*upsQuantumFile] `json:"SubscriptionFile" xml:"SubscriptionFile"`
	}] `json:"SubscriptionEvents" xml:"SubscriptionEvents"`
}

type upsQuantumFile struct {
	Manifests  many[*upsManifest]     `json:"Manifest"  xml:"Manifest"`
	Origins    many[*upsQuantumEvent] `json:"Origin"    xml:"Origin"`
	Exceptions many[*upsQuantumEvent] `json:"Exception" xml:"Exception"`
	Deliveries many[*upsQuantumEvent] `json:"Delivery"  xml:"Delivery"`
	Others     many[*upsQuantumEvent] `json:"Generic"   xml:"Generic"`
}

type upsQuantumEvent struct {
	Number   text `json:"TrackingNumber" xml:"TrackingNumber"`
	Date     text `json:"Date"           xml:"Date"`
	Time     text `json:"Time"           xml:"Time"`
	Activity struct {
		Date text `json:"Date" xml:"Date"`
		Time text `json:"Time" xml:"Time"`
	} `json:"Activity" xml:"Activity"`
	Location struct {
		Address upsArtifact `json:"AddressArtifactFormat" xml:"AddressArtifactFormat"`
	} `json:"ActivityLocation" xml:"ActivityLocation"`
	Delivered struct {
		SignedBy text `json:"SignedForByName" xml:"SignedForByName"`
	} `json:"DeliveryLocation" xml:"DeliveryLocation"`
	Code        text `json:"StatusCode"              xml:"StatusCode"`
	Words       text `json:"StatusDescription"       xml:"StatusDescription"`
	Reason      text `json:"ReasonDescription"       xml:"ReasonDescription"`
	Kind        text `json:"ActivityType"            xml:"ActivityType"`
	Scheduled   text `json:"ScheduledDeliveryDate"   xml:"ScheduledDeliveryDate"`
	Rescheduled text `json:"RescheduledDeliveryDate" xml:"RescheduledDeliveryDate"`
}

type upsArtifact struct {
	City    text `json:"PoliticalDivision2" xml:"PoliticalDivision2"`
	State   text `json:"PoliticalDivision1" xml:"PoliticalDivision1"`
	Zip     text `json:"PostcodePrimaryLow" xml:"PostcodePrimaryLow"`
	Country text `json:"CountryCode"        xml:"CountryCode"`
}

type upsManifest struct {
	Scheduled text                   `json:"ScheduledDeliveryDate" xml:"ScheduledDeliveryDate"`
	Pickup    text                   `json:"PickupDate"            xml:"PickupDate"`
	Packages  many[*upsQuantumEvent] `json:"Package"               xml:"Package"`
}

func (r *reader) upsQuantum(q *upsQuantum) {
	r.upsErrors(&q.Response)
	for _, s := range q.Events.Subscriptions {
		for _, f := range s.Files {
			r.upsQuantumFile(f)
		}
	}
	if len(q.Events.Subscriptions) == 0 && len(q.Response.Errors) == 0 {
		r.fail(ReasonNoEvents, "", "", "", "the answer has no event")
	}
}

func (r *reader) upsQuantumFile(f *upsQuantumFile) {
	for i, m := range f.Manifests {
		for j, e := range m.Packages {
			e.Scheduled = text(first(e.Scheduled, m.Scheduled))
			if e.Activity.Date == "" {
				e.Date = m.Pickup
			}
			r.upsQuantumEvent(fmt.Sprintf("Manifest[%d].Package[%d]", i, j), e, scan{code: "MP", status: "M"})
		}
	}
	for i, e := range f.Origins {
		r.upsQuantumEvent(fmt.Sprintf("Origin[%d]", i), e, scan{code: "OR", status: "I"})
	}
	for i, e := range f.Exceptions {
		words := e.Words.String()
		if e.Reason != "" {
			words += ": " + e.Reason.String()
		}
		r.upsQuantumEvent(fmt.Sprintf("Exception[%d]", i), e, scan{code: e.Code.String(), status: "X", words: words})
	}
	for i, e := range f.Deliveries {
		r.upsQuantumEvent(fmt.Sprintf("Delivery[%d]", i), e, scan{code: "D", status: "D"})
	}
	for i, e := range f.Others {
		s := scan{code: e.Kind.String()}
		if s.code == "VM" { // void for manifest
			s.status = "MV"
		}
		r.upsQuantumEvent(fmt.Sprintf("Generic[%d]", i), e, s)
	}
}

func (r *reader) upsQuantumEvent(where string, e *upsQuantumEvent, s scan) {
	p := r.parcel("", e.Number.String())
	a := &e.Location.Address
	s.place = &schemas.Location{City: a.City.String(), State: a.State.String(), PostalCode: a.Zip.String(), Country: places.Country(a.Country.String())}
	s.signedBy = e.Delivered.SignedBy.String()
	p.upsDelivery(where, first(e.Rescheduled, e.Scheduled), "", nil)
	var err error
	s.when, err = r.upsTime(first(e.Activity.Date, e.Date), first(e.Activity.Time, e.Time), "", "", s.place)
	p.tell(where, s, err)
}

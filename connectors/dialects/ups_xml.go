package dialects

import (
	"encoding/xml"
	"fmt"
	"strings"

	"waybill/connectors/places"
	"waybill/schemas"
)

// upsTrack is the answer of UPS's older services, which are the same in XML, in
// SOAP and in their JSON.
type upsTrack struct {
	Response  upsResponse           `json:"Response" xml:"Response"`
	Shipments many[*upsOldShipment] `json:"Shipment" xml:"Shipment"`
}

type upsResponse struct {
	Errors many[*struct {
		Code  text `json:"ErrorCode"        xml:"ErrorCode"`
		Words text `json:"ErrorDescription" xml:"ErrorDescription"`
	}] `json:"Error" xml:"Error"`
}

// upsFault is how the SOAP service and its JSON refuse.
type upsFault struct {
	Words  text `json:"faultstring" xml:"faultstring"`
	Detail struct {
		Errors struct {
			Error struct {
				Code struct {
					Code  text `json:"Code"        xml:"Code"`
					Words text `json:"Description" xml:"Description"`
				} `json:"PrimaryErrorCode" xml:"PrimaryErrorCode"`
			} `json:"ErrorDetail" xml:"ErrorDetail"`
		} `json:"Errors" xml:"Errors"`
	} `json:"detail" xml:"detail"`
}

type upsOldShipment struct {
	Number  text `json:"ShipmentIdentificationNumber" xml:"ShipmentIdentificationNumber"`
	Inquiry struct {
		Value text `json:"Value" xml:"Value"`
	} `json:"InquiryNumber" xml:"InquiryNumber"`
	Scheduled text                 `json:"ScheduledDeliveryDate" xml:"ScheduledDeliveryDate"`
	Packages  many[*upsOldPackage] `json:"Package"               xml:"Package"`
	Target    struct {
		Address upsOldAddress `json:"Address" xml:"Address"`
	} `json:"ShipTo" xml:"ShipTo"`
}

type upsOldPackage struct {
	Number      text                  `json:"TrackingNumber"          xml:"TrackingNumber"`
	Scheduled   text                  `json:"ScheduledDeliveryDate"   xml:"ScheduledDeliveryDate"`
	Rescheduled text                  `json:"RescheduledDeliveryDate" xml:"RescheduledDeliveryDate"`
	Activities  many[*upsOldActivity] `json:"Activity"                xml:"Activity"`
}

type upsOldAddress struct {
	City    text `json:"City"              xml:"City"`
	State   text `json:"StateProvinceCode" xml:"StateProvinceCode"`
	Zip     text `json:"PostalCode"        xml:"PostalCode"`
	Country text `json:"CountryCode"       xml:"CountryCode"`
}

func (a *upsOldAddress) place() *schemas.Location {
	zip := strings.Join(strings.Fields(a.Zip.String()), " ")
	return &schemas.Location{City: a.City.String(), State: a.State.String(), PostalCode: zip, Country: places.Country(a.Country.String())}
}

type upsOldActivity struct {
	Date     text `json:"Date" xml:"Date"`
	Time     text `json:"Time" xml:"Time"`
	Location struct {
		Address  upsOldAddress `json:"Address"         xml:"Address"`
		SignedBy text          `json:"SignedForByName" xml:"SignedForByName"`
	} `json:"ActivityLocation" xml:"ActivityLocation"`
	Status struct {
		// In XML the type and the code are elements of their own.
		TypeIs struct {
			Code  text `json:"Code"        xml:"Code"`
			Words text `json:"Description" xml:"Description"`
		} `json:"StatusType" xml:"StatusType"`
		CodeIs struct {
			Code text `json:"Code" xml:"Code"`
		} `json:"StatusCode" xml:"StatusCode"`
		Type  text `json:"Type"        xml:"Type"`
		Code  text `json:"Code"        xml:"Code"`
		Words text `json:"Description" xml:"Description"`
	} `json:"Status" xml:"Status"`
}

func (r *reader) upsXML() error {
	var answer struct {
		XMLName xml.Name
		upsTrack

		Views upsQuantumEvents `xml:"QuantumViewEvents"`
		Body  *struct {
			Track *upsTrack `xml:"TrackResponse"`
			Fault *upsFault `xml:"Fault"`
		} `xml:"Body"`
	}
	if err := r.xml(&answer); err != nil {
		return err
	}
	switch {
	case answer.Body != nil && answer.Body.Fault != nil:
		r.upsFault(answer.Body.Fault)
		return nil
	case answer.Body != nil && answer.Body.Track != nil:
		return r.upsTrack(answer.Body.Track)
	case answer.XMLName.Local == "QuantumViewResponse":
		r.upsQuantum(&upsQuantum{Response: answer.Response, Events: answer.Views})
		return nil
	case answer.XMLName.Local == "TrackResponse":
		return r.upsTrack(&answer.upsTrack)
	default:
		return errNotThis
	}
}

func (r *reader) upsFault(f *upsFault) {
	code := f.Detail.Errors.Error.Code
	words := first(code.Words, f.Words)
	r.fail(upsReason(code.Code.String(), words), "", "", code.Code.String(), words)
}

func (r *reader) upsErrors(response *upsResponse) {
	for _, e := range response.Errors {
		r.fail(upsReason(e.Code.String(), e.Words.String()), "", "", e.Code.String(), e.Words.String())
	}
}

func (r *reader) upsTrack(t *upsTrack) error {
	if len(t.Shipments) == 0 && len(t.Response.Errors) == 0 {
		return errNotThis
	}
	r.upsErrors(&t.Response)
	for _, s := range t.Shipments {
		for _, pack := range s.Packages {
			p := r.parcel("", first(pack.Number, s.Number, s.Inquiry.Value))
			p.upsDelivery("ScheduledDeliveryDate", first(pack.Rescheduled, pack.Scheduled, s.Scheduled), "", s.Target.Address.place())
			for i, a := range pack.Activities {
				p.upsOldActivity(fmt.Sprintf("Activity[%d]", i), a)
			}
		}
	}
	return nil
}

func (p *parcel) upsOldActivity(where string, a *upsOldActivity) {
	status := upsStatus{
		Type: text(first(a.Status.TypeIs.Code, a.Status.Type)), Code: text(first(a.Status.CodeIs.Code, a.Status.Code)),
		Words: text(first(a.Status.TypeIs.Words, a.Status.Words)),
	}
	e := status.scan()
	e.place, e.signedBy = a.Location.Address.place(), a.Location.SignedBy.String()
	var err error
	e.when, err = p.r.upsTime(a.Date.String(), a.Time.String(), "", "", e.place)
	p.tell(where, e, err)
}

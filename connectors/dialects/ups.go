package dialects

import (
	"strings"

	"waybill/connectors/places"
	"waybill/schemas"
)

// UPS answers in JSON (Tracking, v1 and v2) and calls with the events of its
// Track Alert; ups_xml.go reads what it had before, and ups_quantum.go what it
// tells of all parcels of a shipper. An activity has three codes:
// the activity's own, which all forms have and which is raw_code, the number of
// what it means (statusCode, or descriptionCode in an alert), and a letter for
// the type of it; the number is raw_status, or the letter where there is none.
var ups = &Dialect{
	Name: "ups", Aliases: []string{"ups-track", "ups-track-alert", "quantum-view"}, Carrier: "ups",
	marks: []mark{
		{"trackResponse", "trackResponse.shipment"},
		{"trackingNumber", "activityStatus", "activityStatus.type"},
		{"response", "response.errors", "response.errors.code"},
		{"Fault.detail.Errors", "Fault.detail.Errors.ErrorDetail.PrimaryErrorCode"},
		{"TrackResponse", "TrackResponse.Response", "TrackResponse.Shipment"},
		{"TrackResponse", "TrackResponse.Response", "TrackResponse.Response.Error"},
		{"Envelope", "Envelope.Body", "Envelope.Body.TrackResponse", "Envelope.Body.TrackResponse.Shipment"},
		{"QuantumViewResponse", "QuantumViewResponse.QuantumViewEvents"},
		{"QuantumViewResponse", "QuantumViewResponse.Response"},
	},
	read: readUPS,
}

type upsError struct {
	Code  text `json:"code"`
	Words text `json:"message"`
}

type upsShipment struct {
	Number   text              `json:"inquiryNumber"`
	Packages many[*upsPackage] `json:"package"`
	Warnings many[*upsError]   `json:"warnings"`
}

type upsPackage struct {
	Number     text                 `json:"trackingNumber"`
	Activities many[*upsActivity]   `json:"activity"`
	Dates      many[*upsDate]       `json:"deliveryDate"`
	Time       *upsWindow           `json:"deliveryTime"`
	Addresses  many[*upsNamedPlace] `json:"packageAddress"`
	Delivery   *struct {
		ReceivedBy text `json:"receivedBy"`
	} `json:"deliveryInformation"`
}

type upsDate struct {
	Type text `json:"type"`
	Date text `json:"date"`
}

type upsWindow struct {
	Type text `json:"type"`
	End  text `json:"endTime"`
}

type upsNamedPlace struct {
	Type    text       `json:"type"`
	Address upsAddress `json:"address"`
}

type upsAddress struct {
	City    text `json:"city"`
	State   text `json:"stateProvince"`
	Zip     text `json:"postalCode"`
	Code    text `json:"countryCode"`
	Country text `json:"country"`
}

func (a *upsAddress) place() *schemas.Location {
	return &schemas.Location{City: a.City.String(), State: a.State.String(), PostalCode: a.Zip.String(), Country: places.Country(first(a.Code, a.Country))}
}

type upsActivity struct {
	Date     text `json:"date"`
	Time     text `json:"time"`
	Offset   text `json:"gmtOffset"`
	GMTDate  text `json:"gmtDate"`
	GMTTime  text `json:"gmtTime"`
	Location *struct {
		Address upsAddress `json:"address"`
	} `json:"location"`
	Status upsStatus `json:"status"`
}

type upsStatus struct {
	Type    text `json:"type"`
	Code    text `json:"code"`
	Words   text `json:"description"`
	Number  text `json:"statusCode"`
	InAlert text `json:"descriptionCode"`
}

// scan begins an event with what its status says.
func (s *upsStatus) scan() scan {
	number := first(s.Number, s.InAlert)
	if number != "" && len(number) < 3 && strings.Trim(number, "0123456789") == "" {
		number = "000"[len(number):] + number // a JSON number has lost them
	}
	return scan{code: first(s.Code.String(), number), status: first(number, s.Type.String()), words: s.Words.String()}
}

func readUPS(r *reader) error {
	if isXML(r.payload) {
		return r.upsXML()
	}
	var answer struct {
		upsAlert

		Track *struct {
			Shipments many[*upsShipment] `json:"shipment"`
		} `json:"trackResponse"`
		Old      *upsTrack   `json:"TrackResponse"`
		Quantum  *upsQuantum `json:"QuantumViewResponse"`
		Fault    *upsFault   `json:"Fault"`
		Response *struct {
			Errors many[*upsError] `json:"errors"`
		} `json:"response"`
	}
	if err := r.json(&answer); err != nil {
		return err
	}
	switch {
	case answer.Track != nil:
		for _, s := range answer.Track.Shipments {
			r.upsShipment(s)
		}
	case answer.Old != nil:
		return r.upsTrack(answer.Old)
	case answer.Quantum != nil:
		r.upsQuantum(answer.Quantum)
	case answer.Fault != nil:
		r.upsFault(answer.Fault)
	case answer.Response != nil:
		for _, e := range answer.Response.Errors {
			r.fail(upsReason(e.Code.String(), e.Words.String()), "", "", e.Code.String(), e.Words.String())
		}
	case answer.Number != "" && answer.Status != nil:
		r.upsAlert(&answer.upsAlert)
	default:
		return errNotThis
	}
	return nil
}

// upsReason reads the codes of UPS's errors and warnings.
func upsReason(code, words string) Reason {
	switch code {
	case "TV1002", "TV1003", "151018", "154010":
		return ReasonInvalidNumber
	case "TW0001", "TW0002", "151044", "151045", "154030", "190102":
		return ReasonNotFound
	case "10429", "250032":
		return ReasonRateLimited
	case "10003", "10004", "151062":
		return ReasonUnavailable
	}
	if strings.HasPrefix(code, "2500") {
		return ReasonUnauthorized
	}
	return refused(code, words)
}

func (r *reader) upsShipment(s *upsShipment) {
	if len(s.Packages) == 0 { // else a warning is a remark
		for _, w := range s.Warnings {
			r.fail(upsReason(w.Code.String(), w.Words.String()), "", s.Number.String(), w.Code.String(), w.Words.String())
		}
		r.parcel("", s.Number.String()) // has no event, which finish says unless a warning did
	}
	for _, pack := range s.Packages {
		p := r.parcel("", first(pack.Number, s.Number))
		p.upsForecast(pack)
		if pack.Delivery != nil {
			p.signedBy = pack.Delivery.ReceivedBy.String()
		}
		for i, a := range pack.Activities {
			e := a.Status.scan()
			if a.Location != nil {
				e.place = a.Location.Address.place()
			}
			var err error
			e.when, err = r.upsTime(a.Date.String(), a.Time.String(), a.Offset.String(), a.GMTDate.String()+" "+a.GMTTime.String(), e.place)
			p.tell(at("activity", i), e, err)
		}
	}
}

// upsForecast reads the delivery that is scheduled (SDD) or rescheduled (RDD),
// at the destination. The window of it ends the forecast where there is one.
func (p *parcel) upsForecast(pack *upsPackage) {
	var day text
	for _, d := range pack.Dates {
		if d.Type == "RDD" || d.Type == "SDD" && day == "" {
			day = d.Date
		}
	}
	var at *schemas.Location
	for _, a := range pack.Addresses {
		if strings.EqualFold(a.Type.String(), "DESTINATION") {
			at = a.Address.place()
		}
	}
	end := ""
	if w := pack.Time; w != nil && w.Type != "DEL" {
		end = w.End.String()
	}
	p.upsDelivery("deliveryDate", day.String(), end, at)
}

// upsDelivery sets the forecast: a day, and the time at which it ends if there
// is one.
func (p *parcel) upsDelivery(where, day, end string, at *schemas.Location) {
	if day == "" {
		return
	}
	eta, err := p.r.upsTime(day, end, "", "", at)
	if err != nil {
		p.misread(where, "", err)
	}
	p.eta = eta
}

// upsAlert is the body of a call of Track Alert: one event of one parcel.
type upsAlert struct {
	Number    text        `json:"trackingNumber"`
	Date      text        `json:"localActivityDate"`
	Time      text        `json:"localActivityTime"`
	GMTDate   text        `json:"gmtActivityDate"`
	GMTTime   text        `json:"gmtActivityTime"`
	Location  *upsAddress `json:"activityLocation"`
	Status    *upsStatus  `json:"activityStatus"`
	Scheduled text        `json:"scheduledDeliveryDate"`
	SignedBy  text        `json:"receivedBy"`
}

func (r *reader) upsAlert(a *upsAlert) {
	p := r.parcel("", a.Number.String())
	e := a.Status.scan()
	e.signedBy = a.SignedBy.String()
	if a.Location != nil {
		e.place = a.Location.place()
	}
	p.upsDelivery("scheduledDeliveryDate", a.Scheduled.String(), "", nil)
	var err error
	e.when, err = r.upsTime(a.Date.String(), a.Time.String(), "", a.GMTDate.String()+" "+a.GMTTime.String(), e.place)
	p.tell("activityStatus", e, err)
}

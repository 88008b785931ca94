package dialects

import (
	"fmt"
	"strings"

	"waybill/connectors/places"
	"waybill/schemas"
)

// FedEx answers in JSON (Track v1), and its webhook has the same body;
// fedex_xml.go reads what it had before, and fedex_page.go what its page did. Times bear their offset, except days,
// which FedEx writes as midnight: of those without an offset the day is kept.
var fedex = &Dialect{
	Name: "fedex", Aliases: []string{"fedex-track"}, Carrier: "fedex",
	marks: []mark{
		{"output", "output.completeTrackResults", "output.completeTrackResults.trackResults"},
		{"transactionId", "errors", "errors.code"},
		{"trackingNumberInfo", "latestStatusDetail"},
		{"TrackPackagesResponse", "TrackPackagesResponse.packageList"},
		{"TrackReply"},
		{"Envelope", "Envelope.Body", "Envelope.Body.TrackReply"},
	},
	read: readFedEx,
}

type fedexError struct {
	Code  text `json:"code"`
	Words text `json:"message"`
}

type fedexComplete struct {
	Number  text               `json:"trackingNumber"`
	Results many[*fedexResult] `json:"trackResults"`
}

type fedexResult struct {
	Info struct {
		Number text `json:"trackingNumber"`
	} `json:"trackingNumberInfo"`
	Error  *fedexError       `json:"error"`
	Latest *fedexStatus      `json:"latestStatusDetail"`
	Times  many[*fedexTime]  `json:"dateAndTimes"`
	Events many[*fedexEvent] `json:"scanEvents"`
	Window struct {
		Window struct {
			Ends text `json:"ends"`
		} `json:"window"`
	} `json:"estimatedDeliveryTimeWindow"`
	Delivery struct {
		SignedBy   text `json:"signedByName"`
		ReceivedBy text `json:"receivedByName"`
	} `json:"deliveryDetails"`
	Return struct {
		Authorization text `json:"authorizationName"`
	} `json:"returnDetail"`
}

type fedexStatus struct {
	Code  text          `json:"code"`
	Words text          `json:"description"`
	Place *fedexAddress `json:"scanLocation"`
}

type fedexTime struct {
	Type text `json:"type"`
	Time text `json:"dateTime"`
}

type fedexEvent struct {
	Time      text          `json:"date"`
	Code      text          `json:"eventType"`
	Words     text          `json:"eventDescription"`
	Exception text          `json:"exceptionDescription"`
	Status    text          `json:"derivedStatusCode"`
	Place     *fedexAddress `json:"scanLocation"`
}

type fedexAddress struct {
	City    text `json:"city"                xml:"City"`
	State   text `json:"stateOrProvinceCode" xml:"StateOrProvinceCode"`
	Zip     text `json:"postalCode"          xml:"PostalCode"`
	Code    text `json:"countryCode"         xml:"CountryCode"`
	Country text `json:"countryName"         xml:"CountryName"`
}

func (a *fedexAddress) place() *schemas.Location {
	if a == nil {
		return nil
	}
	return &schemas.Location{City: a.City.String(), State: a.State.String(), PostalCode: a.Zip.String(), Country: places.Country(first(a.Code, a.Country))}
}

func readFedEx(r *reader) error {
	if isXML(r.payload) {
		return r.fedexXML()
	}
	var answer struct {
		fedexResult

		Output *struct {
			Complete many[*fedexComplete] `json:"completeTrackResults"`
		} `json:"output"`
		Errors many[*fedexError] `json:"errors"`
		Page   *fedexPage        `json:"TrackPackagesResponse"`
	}
	if err := r.json(&answer); err != nil {
		return err
	}
	if answer.Page != nil {
		r.fedexPage(answer.Page)
		return nil
	}
	if answer.Output == nil && len(answer.Errors) == 0 && answer.Info.Number == "" {
		return errNotThis
	}
	for _, e := range answer.Errors {
		r.fail(fedexReason(e.Code.String(), e.Words.String()), "", "", e.Code.String(), e.Words.String())
	}
	if answer.Info.Number != "" {
		r.fedexResult("", &answer.fedexResult)
	}
	if answer.Output != nil {
		for _, c := range answer.Output.Complete {
			for _, result := range c.Results {
				r.fedexResult(c.Number, result)
			}
			if len(c.Results) == 0 {
				r.parcel("", c.Number.String()) // has no event, which finish says
			}
		}
	}
	return nil
}

// fedexReason reads FedEx's codes: those of the JSON, such as
// TRACKING.TRACKINGNUMBER.NOTFOUND, and the numbers of the XML.
func fedexReason(code, words string) Reason {
	switch code {
	case "9040", "9041", "9045":
		return ReasonNotFound
	case "5508", "6035":
		return ReasonInvalidNumber
	case "6330", "9080":
		return ReasonUnavailable
	case "1000", "1001":
		return ReasonUnauthorized
	}
	switch {
	case strings.HasSuffix(code, ".NOTFOUND"):
		return ReasonNotFound
	case strings.HasSuffix(code, "TRACKINGNUMBER.INVALID"):
		return ReasonInvalidNumber
	case strings.HasSuffix(code, ".EMPTY"):
		return ReasonBadRequest
	default:
		return refused(strings.ReplaceAll(code, ".", " "), words)
	}
}

// fedexResult tells of one shipment of a number; FedEx uses numbers again, so
// that several may have it. asked is the number of the question, which differs
// for a door tag.
func (r *reader) fedexResult(asked text, result *fedexResult) {
	p := r.parcel("", first(asked, result.Info.Number))
	if e := result.Error; e != nil && e.Code != "" {
		p.fail(fedexReason(e.Code.String(), e.Words.String()), e.Code.String(), e.Words.String())
	}
	if result.Return.Authorization != "" {
		p.leg = schemas.LegReturn
	}
	p.signedBy = fedexSigner(first(result.Delivery.SignedBy, result.Delivery.ReceivedBy))
	delivered := text("")
	eta := result.Window.Window.Ends
	for _, t := range result.Times {
		switch t.Type {
		case "ESTIMATED_DELIVERY":
			eta = t.Time
		case "ACTUAL_DELIVERY":
			delivered = t.Time
		}
	}
	p.fedexForecast("estimatedDeliveryTimeWindow", eta.String())
	for i, e := range result.Events {
		p.fedexEvent(fmt.Sprintf("scanEvents[%d]", i), e)
	}
	// Without detailed scans the delivery alone has a time.
	if l := result.Latest; len(result.Events) == 0 && l != nil && l.Code == "DL" && delivered != "" {
		p.fedexEvent("latestStatusDetail", &fedexEvent{Time: delivered, Code: l.Code, Words: l.Words, Place: l.Place})
	}
}

func (p *parcel) fedexEvent(where string, e *fedexEvent) {
	p.fedexScan(where, e.Time.String(), e.Place.place(), e)
}

func (p *parcel) fedexScan(where, at string, place *schemas.Location, e *fedexEvent) {
	s := scan{code: e.Code.String(), status: e.Status.String(), words: e.Words.String(), place: place}
	if e.Exception != "" && e.Exception != e.Words {
		s.words = strings.TrimPrefix(s.words+": "+e.Exception.String(), ": ")
	}
	var err error
	s.when, err = p.r.when(at, s.place)
	if strings.HasSuffix(s.when.text, "T00:00:00") {
		s.when = s.when.asDay()
	}
	p.tell(where, s, err)
}

// fedexForecast reads an estimated delivery. Midnight stands for the day; the
// offset that it may have is that of Memphis.
func (p *parcel) fedexForecast(where, written string) {
	if strings.Contains(written, "T00:00:00") {
		written = dayOf(written)
	}
	p.forecast(where, written)
}

// fedexSigner gives who signed. Where nobody did, FedEx says so in the place of
// the name.
func fedexSigner(name string) string {
	if strings.HasPrefix(strings.ToLower(name), "signature ") {
		return ""
	}
	return name
}

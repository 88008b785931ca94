package dialects

import (
	"encoding/xml"
	"strings"

	"waybill/schemas"
)

// dhlExpress is the XML of DHL Express (TrackingResponse, with several waybills
// in one answer), and the JSON that its web pages had, which names no codes.
// Times are those of the clocks at the event's service area.
var dhlExpress = &Dialect{
	Name: "dhl-express", Aliases: []string{"dhl-express-xml", "dhlexpress"}, Carrier: "dhl-express",
	marks: []mark{
		{"TrackingResponse", "TrackingResponse.AWBInfo"}, {"ShipmentTrackingErrorResponse"},
		{"results.checkpoints", "results.delivery"},
	},
	read: readDHLExpress,
}

type dhlTracking struct {
	XMLName   xml.Name
	Condition many[dhlCondition] `xml:"Response>Status>Condition"`
	Waybills  many[dhlWaybill]   `xml:"AWBInfo"`
}

type dhlCondition struct {
	Code  text `xml:"ConditionCode"`
	Words text `xml:"ConditionData"`
}

type dhlWaybill struct {
	Number    text               `xml:"AWBNumber"`
	Status    text               `xml:"Status>ActionStatus"`
	Condition many[dhlCondition] `xml:"Status>Condition"`
	ETA       text               `xml:"ShipmentInfo>EstDlvyDate"`
	Events    many[dhlEvent]     `xml:"ShipmentInfo>ShipmentEvent"`
	OfPieces  many[dhlEvent]     `xml:"Pieces>PieceInfo>PieceEvent"`
}

type dhlEvent struct {
	Date      text `xml:"Date"`
	Time      text `xml:"Time"`
	Code      text `xml:"ServiceEvent>EventCode"`
	Words     text `xml:"ServiceEvent>Description"`
	Signatory text `xml:"Signatory"`
	Area      text `xml:"ServiceArea>Description"`
}

func readDHLExpress(r *reader) error {
	if !isXML(r.payload) {
		return r.dhlPage()
	}
	var answer dhlTracking
	if err := r.xml(&answer); err != nil {
		return err
	}
	if name := answer.XMLName.Local; name != "TrackingResponse" && !strings.HasSuffix(name, "ErrorResponse") {
		return errNotThis
	}
	for _, c := range answer.Condition {
		r.fail(c.reason(), "", "", c.Code.String(), c.Words.String())
	}
	for i := range answer.Waybills {
		r.dhlWaybill(&answer.Waybills[i])
	}
	return nil
}

// reason reads the code of a condition, or its words.
func (c *dhlCondition) reason() Reason {
	switch c.Code {
	case "100", "101":
		return ReasonUnauthorized
	case "103", "209":
		return ReasonNotFound
	default:
		return refused("", c.Words.String())
	}
}

func (r *reader) dhlWaybill(w *dhlWaybill) {
	p := r.parcel("", w.Number.String())
	for _, c := range w.Condition {
		p.fail(c.reason(), c.Code.String(), c.Words.String())
	}
	p.dhlStatus(w.Status.String(), len(w.Condition) > 0)
	p.dhlForecast("EstDlvyDate", w.ETA.String())
	events, where := w.Events, "ShipmentEvent"
	if len(events) == 0 {
		events, where = w.OfPieces, "PieceEvent"
	}
	for i := range events {
		e := &events[i]
		s := scan{code: e.Code.String(), words: e.Words.String(), place: dhlArea(e.Area.String())}
		if dhlSigned(s.code) {
			s.signedBy = e.Signatory.String()
		}
		var err error
		s.when, err = r.when(strings.TrimSpace(e.Date.String()+" "+e.Time.String()), s.place)
		p.tell(at(where, i), s, err)
	}
}

// dhlStatus tells of an answer that is not a success, unless it says more.
func (p *parcel) dhlStatus(status string, more bool) {
	if status != "" && !strings.EqualFold(status, "success") && !more {
		p.fail(refused("", status), "", status)
	}
}

// dhlForecast reads an estimated delivery, such as "2019-02-04 23:59:00
// GMT-08:00". The end of a day stands for the day.
func (p *parcel) dhlForecast(where, written string) {
	p.forecast(where, strings.Replace(written, " GMT", "", 1))
	if strings.HasSuffix(p.eta.local, "T23:59:00") {
		p.eta = p.eta.asDay()
	}
}

// dhlPage reads the JSON of the web pages.
func (r *reader) dhlPage() error {
	var page struct {
		Results many[dhlResult] `json:"results"`
		Errors  many[struct {
			ID    text `json:"id"`
			Code  text `json:"code"`
			Words text `json:"message"`
		}] `json:"errors"`
	}
	if err := r.json(&page); err != nil {
		return err
	}
	if len(page.Results) == 0 && len(page.Errors) == 0 {
		return errNotThis
	}
	for _, e := range page.Errors {
		r.fail(httpReason(e.Code.String()), "", e.ID.String(), e.Code.String(), e.Words.String())
	}
	for i := range page.Results {
		r.dhlResult(&page.Results[i])
	}
	return nil
}

type dhlResult struct {
	ID     text `json:"id"`
	Origin struct {
		Value text `json:"value"`
	} `json:"origin"`
	Destination struct {
		Value text `json:"value"`
	} `json:"destination"`
	Signature *struct {
		Signatory text `json:"signatory"`
	} `json:"signature"`
	ETA *struct {
		Date text `json:"date"`
	} `json:"edd"`
	Checkpoints many[struct {
		Words text `json:"description"`
		Date  text `json:"date"`
		Time  text `json:"time"`
		Place text `json:"location"`
	}] `json:"checkpoints"`
}

// The forms of days on the web pages.
const (
	dhlPageDay  = "Monday, January 02, 2006"
	dhlPageTime = dhlPageDay + " 15:04"
)

func (r *reader) dhlResult(result *dhlResult) {
	result.Origin.Value, result.Destination.Value = text(clip(result.Origin.Value.String())), text(clip(result.Destination.Value.String()))
	p := r.parcel("", result.ID.String())
	if result.Signature != nil {
		p.signedBy = result.Signature.Signatory.String()
	}
	if result.ETA != nil {
		p.forecast("edd", result.ETA.Date.String(), dhlPageDay)
	}
	for i := range result.Checkpoints {
		c := &result.Checkpoints[i]
		s := scan{words: c.Words.String(), place: dhlArea(c.Place.String())}
		var err error
		s.when, err = r.when(c.Date.String()+" "+c.Time.String(), result.clock(s.place), dhlPageTime)
		p.tell(at("checkpoints", i), s, err)
	}
}

// clock gives where the clock of a checkpoint is. At a door its place has no
// country, and is at one of the parcel's ends.
func (d *dhlResult) clock(place *schemas.Location) *schemas.Location {
	if place.Country != "" || place.Name == "" {
		return place
	}
	for _, end := range []text{d.Destination.Value, d.Origin.Value} {
		if strings.Contains(strings.ToLower(end.String()), strings.ToLower(place.Name)) {
			return dhlArea(end.String())
		}
	}
	return place
}

package dialects

import (
	"encoding/xml"
	"strings"

	"waybill/schemas"
)

// dhlParcelDE is the XML of DHL Parcel Germany's tracking, where everything is an
// element called data with a name, and the JSON of its web pages, which names no
// codes. An event's code is ICE/RIC, event and reason; its status is the older
// standard event code.
var dhlParcelDE = &Dialect{
	Name: "dhl-parcel-de", Aliases: []string{"dhl-paket", "dhl-de", "dhl-germany"}, Carrier: "dhl-parcel-de", Zone: "Europe/Berlin",
	marks: []mark{{"data", "data.data"}, {"sendungen.sendungsdetails"}, {"sendungen.id"}},
	read:  readDHLParcelDE,
}

// dhlData is an element of the XML. Its attributes are its fields.
type dhlData struct {
	XMLName    xml.Name
	Attributes []xml.Attr `xml:",any,attr"`
	Inside     []*dhlData `xml:"data"`
	fields     map[string]string
}

func (d *dhlData) field(name string) string {
	if d.fields == nil {
		d.fields = make(map[string]string, len(d.Attributes))
		for _, a := range d.Attributes {
			d.fields[a.Name.Local] = strings.TrimSpace(a.Value)
		}
	}
	return d.fields[name]
}

func readDHLParcelDE(r *reader) error {
	if !isXML(r.payload) {
		return r.parcelDEPage()
	}
	var answer dhlData
	if err := r.xml(&answer); err != nil {
		return err
	}
	if answer.XMLName.Local != "data" || answer.field("name") == "" && answer.field("code") == "" {
		return errNotThis
	}
	if code := answer.field("code"); code != "" && code != "0" {
		words := first(answer.field("error"), answer.field("error-text"))
		r.fail(parcelDEReason(code, words), "", "", code, words)
	}
	r.parcelsDE(&answer)
	return nil
}

// parcelDEReason reads the codes of answers and of pieces.
func parcelDEReason(code, words string) Reason {
	switch code {
	case "100":
		return ReasonNotFound
	case "5":
		return ReasonUnauthorized
	default:
		return refused("", words)
	}
}

// parcelsDE tells of the pieces in an element, however deep.
func (r *reader) parcelsDE(d *dhlData) {
	for _, inside := range d.Inside {
		if inside.field("name") != "piece-shipment" {
			r.parcelsDE(inside)
			continue
		}
		r.parcelDE(inside)
	}
}

func (r *reader) parcelDE(d *dhlData) {
	p := r.parcel("", first(d.field("piece-code"), d.field("searched-piece-code"), d.field("piece-identifier")))
	if status := first(d.field("error-status"), d.field("piece-status")); status != "" && status != "0" {
		words := first(d.field("piece-status-desc"), d.field("status"))
		p.fail(parcelDEReason(status, words), status, words)
		return
	}
	if d.field("ruecksendung") == "true" {
		p.leg = schemas.LegReturn
	}
	if d.field("delivery-event-flag") == "1" {
		p.signedBy = d.field("recipient-name")
	}
	p.parcelDEForecast(d.field("delivery-date"), d.field("delivery-timeframe-to"))
	events := piecesEvents(d)
	for i, e := range events {
		p.parcelDE(at("piece-event", i), e, e.field("event-timestamp"), first(e.field("event-status"), e.field("event-text")))
	}
	// The answer without a history has the newest event as fields of the piece.
	if len(events) == 0 && d.field("status-timestamp") != "" {
		p.parcelDE("piece-shipment", d, d.field("status-timestamp"), d.field("status"))
	}
}

// piecesEvents lists the events of a piece.
func piecesEvents(d *dhlData) []*dhlData {
	var events []*dhlData
	for _, inside := range d.Inside {
		if inside.field("name") == "piece-event" {
			events = append(events, inside)
		}
		events = append(events, piecesEvents(inside)...)
	}
	return events
}

func (p *parcel) parcelDE(where string, e *dhlData, when, words string) {
	s := scan{code: e.field("ice"), status: e.field("standard-event-code"), words: untagged(words)}
	if ric := e.field("ric"); s.code != "" && ric != "" {
		s.code += "/" + ric
	}
	if e.field("ruecksendung") == "true" {
		s.leg = schemas.LegReturn
	}
	s.place = place(e.field("event-location"), e.field("event-country"))
	var err error
	s.when, err = p.r.when(when, s.place, "02.01.2006 15:04:05", "02.01.2006 15:04", "02.01.2006", "2006-01-02T15:04:05Z07:00", "2006-01-02T15:04:05")
	p.tell(where, s, err)
}

// parcelDEForecast reads the announced day, with the end of its time frame where
// there is one.
func (p *parcel) parcelDEForecast(day, end string) {
	day, _, _ = strings.Cut(day, " ")
	if m, err := p.r.when(day+" "+end, nil, "02.01.2006 15:04", "2006-01-02 15:04", "02.01.2006 15:04:05", "2006-01-02 15:04:05"); err == nil {
		p.eta = m
		return
	}
	p.forecast("delivery-date", day, "02.01.2006", localDay)
}

// untagged leaves of words with HTML in them what people read.
func untagged(words string) string {
	var out strings.Builder
	for {
		before, rest, tag := strings.Cut(words, "<")
		out.WriteString(before)
		if !tag {
			break
		}
		_, after, closed := strings.Cut(rest, ">")
		if !closed {
			out.WriteString("<" + rest)
			break
		}
		words = after
	}
	return out.String()
}

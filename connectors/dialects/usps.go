package dialects

import (
	"fmt"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"waybill/connectors/places"
	"waybill/schemas"
)

// USPS answers in JSON (Tracking v3), and before that in XML (Web Tools,
// usps_xml.go), whose plain form has sentences in the place of fields
// (usps_text.go). Times are on the clocks of the place; the JSON says how far
// those are from GMT.
var usps = &Dialect{
	Name: "usps", Aliases: []string{"usps-web-tools", "usps-v3"}, Carrier: "usps",
	marks: []mark{
		{"trackingNumber", "trackingEvents", "statusCategory"},
		{"trackingNumber", "trackingEvents", "trackingEvents.eventType", "trackingEvents.eventTimestamp"},
		{"trackingNumber", "eventSummaries"},
		{"apiVersion", "error", "error.code", "error.message", "error.errors"},
		{"TrackResponse", "TrackResponse.TrackInfo"},
		{"Error", "Error.Number", "Error.HelpContext"},
	},
	read: readUSPS,
}

type uspsPiece struct {
	Number     text             `json:"trackingNumber"`
	Expected   text             `json:"expectedDeliveryTimeStamp"`
	Guaranteed text             `json:"guaranteedDeliveryTimeStamp"`
	Predicted  text             `json:"predictedDeliveryTimeStamp"`
	Day        text             `json:"predictedDeliveryDate"`
	Events     many[*uspsEvent] `json:"trackingEvents"`
	Sentences  many[text]       `json:"eventSummaries"`
}

type uspsEvent struct {
	Words    text `json:"eventType"`
	Time     text `json:"eventTimestamp"`
	GMT      text `json:"GMTTimestamp"`
	Offset   text `json:"GMTOffset"`
	City     text `json:"eventCity"`
	State    text `json:"eventState"`
	Zip      text `json:"eventZIP"`
	ZipCode  text `json:"eventZIPCode"`
	Country  text `json:"eventCountry"`
	SignedBy text `json:"name"`
	Code     text `json:"eventCode"`
}

// uspsAnswer is a piece, or why there is none.
type uspsAnswer struct {
	uspsPiece

	Error *uspsRefusal `json:"error"`
	Words text         `json:"error_description"`
}

func readUSPS(r *reader) error {
	if isXML(r.payload) {
		return r.uspsXML()
	}
	var answers many[*uspsAnswer]
	if err := r.json(&answers); err != nil {
		return err
	}
	for _, a := range answers {
		switch {
		case a == nil:
			return errNotThis
		case a.Error != nil:
			words := first(a.Words, a.Error.Words)
			r.fail(uspsReason(a.Error.Code.String(), words), "", a.Number.String(), a.Error.Code.String(), words)
		case a.Number != "" || len(a.Events) > 0:
			r.uspsPiece(&a.uspsPiece)
		default:
			return errNotThis
		}
	}
	if len(answers) == 0 {
		return errNotThis
	}
	return nil
}

func (r *reader) uspsPiece(piece *uspsPiece) {
	p := r.parcel("", piece.Number.String())
	// What stands beside the day is the end of a business day.
	p.forecast("expectedDeliveryTimeStamp", dayOf(first(piece.Expected, piece.Day, piece.Predicted, piece.Guaranteed)))
	for i, e := range piece.Events {
		s := scan{code: e.Code.String(), words: e.Words.String(), signedBy: e.SignedBy.String()}
		s.place = uspsPlace(e.City.String(), e.State.String(), first(e.Zip, e.ZipCode), e.Country.String())
		var err error
		s.when, err = r.uspsTime(e, s.place)
		p.tell(fmt.Sprintf("trackingEvents[%d]", i), s, err)
	}
	if len(piece.Events) == 0 {
		for i, sentence := range piece.Sentences {
			p.uspsText(fmt.Sprintf("eventSummaries[%d]", i), sentence.String())
		}
	}
}

// uspsTime reads the local time of an event, to the minute as the XML has it,
// so that both tell of the same instant. The time in GMT has seconds, and counts
// where the local one is missing.
func (r *reader) uspsTime(e *uspsEvent, place *schemas.Location) (moment, error) {
	local := e.Time.String()
	if local == "" {
		return r.when(e.GMT.String(), place)
	}
	if offset := uspsOffset(e.Offset.String()); offset != "" && len(local) == len("2006-01-02T15:04:05") {
		local += offset
	}
	return r.when(local, place)
}

// uspsOffset reads an offset from GMT, such as -05:00 or -7:00.
func uspsOffset(written string) string {
	if len(written) == len("-7:00") {
		written = written[:1] + "0" + written[1:]
	}
	if _, err := time.Parse("-07:00", written); err != nil {
		return ""
	}
	return written
}

// uspsPlace makes a place. USPS names countries abroad only.
func uspsPlace(city, state, zip, country string) *schemas.Location {
	if country == "" && (state != "" || zip != "") {
		country = "US"
	}
	return &schemas.Location{City: city, State: state, PostalCode: zip, Country: places.Country(country)}
}

// uspsRefusal is the error of the JSON: an object, or OAuth's word for it.
type uspsRefusal struct {
	Code  text `json:"code"`
	Words text `json:"message"`
}

// UnmarshalJSONFrom implements json.UnmarshalerFrom.
func (u *uspsRefusal) UnmarshalJSONFrom(d *jsontext.Decoder) error {
	if d.PeekKind() != '{' {
		return u.Code.read(d)
	}
	type fields uspsRefusal
	return json.UnmarshalDecode(d, (*fields)(u))
}

// uspsReason reads USPS's error codes: HTTP's in the JSON, and the numbers of
// the XML.
func uspsReason(code, words string) Reason {
	switch code {
	case "-2147219302", "-2147219301", "-2147219283", "-2147219284":
		return ReasonNotFound
	case "-2147219303", "-2147219067", "-2147219040": // several pieces have the number; no XML; the test server
		return ReasonBadRequest
	case "80040B1A", "80040b1a":
		return ReasonUnauthorized
	default:
		return refused(code, words)
	}
}

package dialects

import (
	"waybill/connectors/places"
	"waybill/schemas"
)

// INTERSOFT (SAPIENT) pushes Royal Mail's events. Of the body only the
// properties of an event are published (code, name, type, milestone, stop the
// clock), so the names around them are the likely ones, and letter case and
// underscores do not count: eventCode is event_code. The flags are the status
// model's to say, not the event's.
var intersoft = &Dialect{
	Name: "intersoft", Aliases: []string{"sapient"}, Zone: "Europe/London",
	marks: []mark{
		{"trackingNumber", "events.eventCode", "events.eventName", "events.stopTheClock"},
		{"trackingNumber", "eventCode", "eventName", "stopTheClock"},
		{"tracking_number", "event_code", "event_name", "stop_the_clock"},
	},
	read: readIntersoft,
}

type intersoftTrack struct {
	Number  text                 `json:"trackingNumber,case:ignore"`
	Carrier text                 `json:"carrierCode,case:ignore"`
	Events  many[intersoftEvent] `json:"events,case:ignore"`

	intersoftEvent
}

type intersoftEvent struct {
	Code     text `json:"eventCode,case:ignore"`
	Name     text `json:"eventName,case:ignore"`
	Type     text `json:"eventType,case:ignore"`
	Time     text `json:"eventDateTime,case:ignore"`
	Date     text `json:"eventDate,case:ignore"`
	Location text `json:"location,case:ignore"`
	Postcode text `json:"postcode,case:ignore"`
	Country  text `json:"country,case:ignore"`
	Signed   text `json:"signedBy,case:ignore"`
}

func readIntersoft(r *reader) error {
	var payload struct {
		intersoftTrack

		Trackings many[intersoftTrack] `json:"trackings,case:ignore"`
	}
	if err := r.json(&payload); err != nil {
		return err
	}
	known := r.intersoft("", &payload.intersoftTrack)
	for i := range payload.Trackings {
		known = r.intersoft(at("trackings", i)+".", &payload.Trackings[i]) || known
	}
	if !known {
		return errNotThis
	}
	return nil
}

func (r *reader) intersoft(where string, t *intersoftTrack) bool {
	if t.Number == "" && (r.Number == "" || t.Code == "" && t.Events == nil) {
		return false
	}
	carrier := t.Carrier.String()
	if carrier == "" || carrier == "RM" {
		carrier = "royal-mail"
	}
	p := r.parcel(carrier, t.Number.String())
	if t.Code != "" {
		p.intersoft(where, &t.intersoftEvent)
	}
	for i := range t.Events {
		p.intersoft(where+at("events", i), &t.Events[i])
	}
	return true
}

func (p *parcel) intersoft(where string, e *intersoftEvent) {
	s := scan{code: e.Code.String(), status: e.Type.String(), words: e.Name.String(), signedBy: e.Signed.String()}
	s.place = &schemas.Location{Name: e.Location.String(), PostalCode: e.Postcode.String(), Country: places.Country(e.Country.String())}
	written := first(e.Time, e.Date)
	if written == "" && s.code == "INVD" { // of a number that is none nothing occurred
		p.fail(ReasonInvalidNumber, s.code, s.words)
		return
	}
	var err error
	s.when, err = p.r.when(written, s.place)
	p.tell(where, s, err)
}

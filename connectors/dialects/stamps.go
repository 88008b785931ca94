package dialects

import (
	"fmt"

	"waybill/connectors/places"
	"waybill/schemas"
)

// Stamps.com (and Endicia) answer in SOAP (SWSIM, TrackShipment). The answer
// does not repeat the number that was asked for. Times are on the clocks of the
// place.
var stamps = &Dialect{
	Name: "stamps", Aliases: []string{"stamps-com", "endicia", "swsim"}, Carrier: "usps",
	marks: []mark{
		{"Envelope.Body.TrackShipmentResponse", "Envelope.Body.TrackShipmentResponse.TrackingEvents"},
		{"Envelope.Body.Fault", "Envelope.Body.Fault.detail.sdcerror"},
	},
	read: readStamps,
}

type stampsEvent struct {
	Time     text `xml:"Timestamp"`
	Words    text `xml:"Event"`
	Type     text `xml:"TrackingEventType"`
	City     text `xml:"City"`
	State    text `xml:"State"`
	Zip      text `xml:"Zip"`
	Country  text `xml:"Country"`
	SignedBy text `xml:"SignedBy"`
}

func readStamps(r *reader) error {
	var answer struct {
		Track *struct {
			Number  text               `xml:"TrackingNumber"`
			Carrier text               `xml:"Carrier"`
			Events  many[*stampsEvent] `xml:"TrackingEvents>TrackingEvent"`
		} `xml:"Body>TrackShipmentResponse"`
		Fault *struct {
			Words text `xml:"faultstring"`
			Error struct {
				Code text `xml:"code,attr"`
			} `xml:"detail>sdcerror"`
		} `xml:"Body>Fault"`
	}
	if err := r.xml(&answer); err != nil {
		return err
	}
	switch {
	case answer.Fault != nil:
		r.fail(refused("", answer.Fault.Words.String()), "", "", answer.Fault.Error.Code.String(), answer.Fault.Words.String())
		return nil
	case answer.Track == nil:
		return errNotThis
	}
	p := r.parcel(answer.Track.Carrier.String(), answer.Track.Number.String())
	for i, e := range answer.Track.Events {
		s := scan{code: e.Type.String(), words: e.Words.String(), signedBy: e.SignedBy.String()}
		s.place = &schemas.Location{City: e.City.String(), State: e.State.String(), PostalCode: e.Zip.String(), Country: places.Country(e.Country.String())}
		var err error
		s.when, err = r.when(e.Time.String(), s.place)
		p.tell(fmt.Sprintf("TrackingEvent[%d]", i), s, err)
	}
	return nil
}

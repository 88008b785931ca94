package dialects

import (
	"fmt"
	"strings"
	"time"

	"waybill/connectors/places"
	"waybill/schemas"
)

// SmartKargo answers with a list of events, of one package or more. Airports
// stand for places; only answers for partners name city and zone. The fractions
// of seconds are .NET's, of seven digits.
var smartKargo = &Dialect{
	Name: "smartkargo", Aliases: []string{"smart-kargo"}, Carrier: "smartkargo",
	marks: []mark{{"airWaybill", "eventType", "eventDate"}},
	read:  readSmartKargo,
}

type smartKargoEvent struct {
	Prefix   text `json:"prefix"`
	AirWay   text `json:"airWaybill"`
	Header   text `json:"headerReference"`
	Package  text `json:"packageReference"`
	Code     text `json:"eventType"`
	Time     text `json:"eventDate"`
	Airport  text `json:"eventLocation"`
	Words    text `json:"description"`
	ETA      text `json:"estimatedDeliveryDate"`
	Location *struct {
		City    text `json:"city"`
		State   text `json:"state"`
		Zip     text `json:"zip"`
		Zone    text `json:"timezone"`
		Country text `json:"countryId"`
	} `json:"location"`
	Error *struct {
		Code  text `json:"code"`
		Words text `json:"message"`
	} `json:"error"`
}

// number is that of the package, which is what shippers follow.
func (e *smartKargoEvent) number() string {
	return first(e.Package, e.Header, e.Prefix+e.AirWay)
}

func readSmartKargo(r *reader) error {
	var events many[*smartKargoEvent]
	if err := r.json(&events); err != nil {
		return err
	}
	of := make(map[string][]int) // the events of a package
	var numbers []string
	for i, e := range events {
		switch {
		case e == nil:
			return errNotThis
		case e.Error != nil:
			r.fail(refused(e.Error.Code.String(), e.Error.Words.String()), "", "", e.Error.Code.String(), e.Error.Words.String())
			continue
		case e.Code == "" && e.Time == "":
			return errNotThis
		}
		if of[e.number()] == nil {
			numbers = append(numbers, e.number())
		}
		of[e.number()] = append(of[e.number()], i)
	}
	if len(events) == 0 {
		return errNotThis
	}
	for _, number := range numbers {
		p := r.parcel("", number)
		var newest time.Time
		for _, i := range of[number] {
			if at := p.smartKargo(i, events[i]); !at.Before(newest) { // whose forecast counts
				newest = at
				p.forecast(fmt.Sprintf("[%d].estimatedDeliveryDate", i), smartKargoDay(events[i].ETA.String()))
			}
		}
	}
	return nil
}

// smartKargo tells an event and gives when it was.
func (p *parcel) smartKargo(i int, e *smartKargoEvent) time.Time {
	s := scan{code: e.Code.String(), words: e.Words.String(), place: &schemas.Location{Name: e.Airport.String()}}
	zone := ""
	if l := e.Location; l != nil {
		s.place = &schemas.Location{Name: e.Airport.String(), City: l.City.String(), State: l.State.String(), PostalCode: l.Zip.String(), Country: places.Country(l.Country.String())}
		zone = l.Zone.String()
	}
	var err error
	if zone != "" {
		s.when, err = whenIn(zone, e.Time.String())
	}
	if zone == "" || err != nil {
		s.when, err = p.r.when(e.Time.String(), s.place)
	}
	p.tell(fmt.Sprintf("[%d]", i), s, err)
	return s.when.at
}

// smartKargoDay leaves of a forecast the day for which its end stands.
func smartKargoDay(written string) string {
	if strings.Contains(written, "T23:59") {
		return dayOf(written)
	}
	return written
}

package dialects

import (
	"fmt"

	"waybill/connectors/places"
	"waybill/schemas"
)

// Asendia answers in JSON (Asendia Sync), for one parcel. Times are in UTC.
var asendia = &Dialect{
	Name: "asendia", Aliases: []string{"asendia-sync"}, Carrier: "asendia",
	marks: []mark{{"trackingNumber", "trackingEvents", "trackingEvents.carrierEventDescription"}, {"type", "title", "status", "detail", "path", "message"}},
	read:  readAsendia,
}

func readAsendia(r *reader) error {
	var answer struct {
		problem

		Number text `json:"trackingNumber"`
		Events many[*struct {
			Code    text `json:"code"`
			Time    text `json:"time"`
			Words   text `json:"carrierEventDescription"`
			City    text `json:"locationName"`
			Country text `json:"locationCountry"`
		}] `json:"trackingEvents"`
		Path text `json:"path"`
	}
	if err := r.json(&answer); err != nil {
		return err
	}
	if answer.Instance == "" {
		answer.Instance = answer.Path
	}
	if answer.Number == "" {
		return r.problemAlone(&answer.problem)
	}
	p := r.parcel("", answer.Number.String())
	for i, e := range answer.Events {
		s := scan{code: e.Code.String(), words: e.Words.String()}
		s.place = &schemas.Location{City: e.City.String(), Country: places.Country(e.Country.String())}
		var err error
		s.when, err = r.when(e.Time.String(), s.place)
		p.tell(fmt.Sprintf("trackingEvents[%d]", i), s, err)
	}
	return nil
}

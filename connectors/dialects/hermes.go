package dialects

import (
	"waybill/connectors/places"
	"waybill/schemas"
)

// hermes is the JSON of Hermes Germany's shipment info.
var hermes = &Dialect{
	Name: "hermes", Aliases: []string{"hermes-de", "hermes-germany"}, Carrier: "hermes-de", Zone: "Europe/Berlin",
	marks: []mark{{"shipmentinfo"}, {"shipmentinfo.status.scanningUnit"}},
	read:  readHermes,
}

type hermesShipment struct {
	Number        text `json:"shipmentID"`
	International text `json:"internationalShipmentID"`
	Result        struct {
		Code  text `json:"code"`
		Words text `json:"message"`
	} `json:"result"`
	Forecast struct {
		Day    text `json:"date"`
		Window struct {
			End text `json:"to"`
		} `json:"timeSlot"`
	} `json:"deliveryForecast"`
	Events many[struct {
		When  text `json:"timestamp"`
		Code  text `json:"code"`
		Words text `json:"description"`
		Unit  struct {
			Name    text `json:"name"`
			City    text `json:"city"`
			Country text `json:"countryCode"`
		} `json:"scanningUnit"`
	}] `json:"status"`
}

func readHermes(r *reader) error {
	var answer struct {
		problem

		Shipments many[hermesShipment] `json:"shipmentinfo"`
		Results   many[struct {
			Code  text `json:"code"`
			Words text `json:"message"`
		}] `json:"listOfResultCodes"`
		OAuth      text `json:"error"`
		OAuthWords text `json:"error_description"`
	}
	if err := r.json(&answer); err != nil {
		return err
	}
	for _, e := range answer.Results {
		r.fail(hermesReason(e.Code.String(), e.Words.String()), "", "", e.Code.String(), e.Words.String())
	}
	switch {
	case len(answer.Shipments) > 0 || len(answer.Results) > 0:
	case answer.OAuth != "":
		r.fail(ReasonUnauthorized, "", "", answer.OAuth.String(), answer.OAuthWords.String())
	case !r.problem(&answer.problem):
		return errNotThis
	}
	for i := range answer.Shipments {
		r.hermes(&answer.Shipments[i])
	}
	return nil
}

// hermesReason reads result codes: e001 of a shipment says that nothing is known
// of it, e999 is a technical error.
func hermesReason(code, words string) Reason {
	switch code {
	case "e001":
		return ReasonNotFound
	case "e042":
		return ReasonUnauthorized
	case "e999", "e031", "e039", "e058":
		return ReasonUnavailable
	default:
		return refused("", words)
	}
}

func (r *reader) hermes(s *hermesShipment) {
	p := r.parcel("", first(s.Number, s.International))
	if code := s.Result.Code.String(); code != "" && code[0] == 'e' {
		p.fail(hermesReason(code, s.Result.Words.String()), code, s.Result.Words.String())
	}
	p.window("deliveryForecast", s.Forecast.Day.String(), s.Forecast.Window.End.String())
	for i := range s.Events {
		e := &s.Events[i]
		told := scan{code: e.Code.String(), words: e.Words.String()}
		told.place = &schemas.Location{Name: e.Unit.Name.String(), City: e.Unit.City.String(), Country: places.Country(e.Unit.Country.String())}
		var err error
		told.when, err = r.when(e.When.String(), told.place)
		p.tell(at("status", i), told, err)
	}
}

package dialects

import "fmt"

// SEKO Logistics (OmniParcel) answers with a list of consignments. An event has
// SEKO's code, which is raw_code, and that of the carrier who has the parcel.
// Times are on the clocks of the place.
var seko = &Dialect{
	Name: "seko", Aliases: []string{"seko-logistics", "omniparcel"}, Carrier: "seko",
	marks: []mark{{"ConsignmentNo", "Events"}, {"Errors", "Errors.Property", "Errors.Message"}},
	read:  readSeko,
}

type sekoConsignment struct {
	Number text `json:"ConsignmentNo"`
	Events many[*struct {
		Time   text `json:"EventDT"`
		Code   text `json:"OmniCode"`
		Theirs text `json:"Code"`
		Words  text `json:"Description"`
		Place  text `json:"Location"`
	}] `json:"Events"`
	Errors many[*struct {
		Key      text `json:"Key"`
		Property text `json:"Property"`
		Value    text `json:"Value"`
		Words    text `json:"Message"`
	}] `json:"Errors"`
}

func readSeko(r *reader) error {
	var answers many[*sekoConsignment]
	if err := r.json(&answers); err != nil {
		return err
	}
	for _, c := range answers {
		if c == nil || c.Number == "" && len(c.Errors) == 0 {
			return errNotThis
		}
		for _, e := range c.Errors {
			r.fail(refused("", e.Words.String()), "", c.Number.String(), first(e.Key, e.Property), e.Words.String())
		}
		if c.Number == "" {
			continue
		}
		p := r.parcel("", c.Number.String())
		for i, e := range c.Events {
			s := scan{code: first(e.Code, e.Theirs), words: e.Words.String(), place: placeOf(e.Place.String())}
			var err error
			s.when, err = r.when(e.Time.String(), s.place)
			p.tell(fmt.Sprintf("Events[%d]", i), s, err)
		}
	}
	if len(answers) == 0 {
		return errNotThis
	}
	return nil
}

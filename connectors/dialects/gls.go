package dialects

import (
	"strings"

	"waybill/connectors/places"
	"waybill/schemas"
)

// gls is the JSON of GLS: that of its developers' portal (parcels), and that of
// its web pages (tuStatus), whose codes stand in a list of their own beside the
// history. The first part of a code is the kind of event: the status.
var gls = &Dialect{
	Name: "gls", Aliases: []string{"gls-group", "gls-de"}, Carrier: "gls", Zone: "Europe/Berlin",
	marks: []mark{{"tuStatus"}, {"parcels.requested"}, {"parcels.unitno", "parcels.events"}, {"exceptionText", "lastError"}},
	read:  readGLS,
}

type glsParcel struct {
	Requested text `json:"requested"`
	Number    text `json:"unitno"`
	Status    text `json:"status"`
	When      text `json:"statusDateTime"`
	ErrorCode text `json:"errorCode"`
	Error     text `json:"errorMessage"`
	Events    many[struct {
		Code    text `json:"code"`
		City    text `json:"city"`
		Postal  text `json:"postalCode"`
		Country text `json:"country"`
		Words   text `json:"description"`
		When    text `json:"eventDateTime"`
	}] `json:"events"`
}

func readGLS(r *reader) error {
	var answer struct {
		problem

		Parcels   many[glsParcel] `json:"parcels"`
		Units     many[glsUnit]   `json:"tuStatus"`
		Exception text            `json:"exceptionText"`
		LastError text            `json:"lastError"`
	}
	if err := r.json(&answer); err != nil {
		return err
	}
	switch {
	case len(answer.Parcels) > 0 || len(answer.Units) > 0:
	case answer.Exception != "" || answer.LastError != "":
		r.fail(glsPageReason(answer.LastError.String(), answer.Exception.String()), "", "", answer.LastError.String(), answer.Exception.String())
	case !r.problem(&answer.problem):
		return errNotThis
	}
	for i := range answer.Parcels {
		r.gls(&answer.Parcels[i])
	}
	for i := range answer.Units {
		r.glsUnit(&answer.Units[i])
	}
	return nil
}

// number gives the number that was asked about, if it is known to be so, or
// else the unit's, which may lack the check digit that the one asked about has.
func (g *glsParcel) number(asked string) string {
	if asked != "" && strings.EqualFold(g.Requested.String(), asked) {
		return asked
	}
	if g.Number != "" && !strings.HasPrefix(g.Requested.String(), g.Number.String()) {
		return g.Number.String() // who asked did so by a track id or a reference
	}
	return g.Requested.String()
}

func (r *reader) gls(g *glsParcel) {
	p := r.parcel("", g.number(r.Number))
	if g.ErrorCode != "" {
		p.fail(glsReason(g.ErrorCode.String()), g.ErrorCode.String(), g.Error.String())
	}
	for i := range g.Events {
		e := &g.Events[i]
		s := scan{code: e.Code.String(), status: glsKind(e.Code.String()), words: e.Words.String()}
		s.place = &schemas.Location{City: e.City.String(), PostalCode: e.Postal.String(), Country: places.Country(e.Country.String())}
		var err error
		s.when, err = r.when(e.When.String(), s.place)
		p.tell(at("events", i), s, err)
	}
	// Who asks without events gets the status alone.
	if len(g.Events) == 0 && g.When != "" {
		s := scan{status: g.Status.String()}
		var err error
		s.when, err = r.when(g.When.String(), nil)
		p.tell("status", s, err)
	}
}

// glsReason reads codes such as E_404_01.
func glsReason(code string) Reason {
	if parts := strings.Split(code, "_"); len(parts) > 1 {
		return httpReason(parts[1])
	}
	return ReasonBadRequest
}

// glsPageReason reads the code of an answer without a parcel, or its words.
func glsPageReason(code, words string) Reason {
	if code == "E998" {
		return ReasonNotFound
	}
	return refused("", words)
}

// glsKind gives the kind of event of a code: DELIVD of DELIVD.PARCELSHOP, 3 of
// 3.124.
func glsKind(code string) string {
	kind, _, _ := strings.Cut(code, ".")
	return kind
}

// glsUnit is a parcel on the web pages.
type glsUnit struct {
	Number   text `json:"tuNo"`
	Progress struct {
		Codes  many[text] `json:"evtNos"`
		Return flag       `json:"retourFlag"`
	} `json:"progressBar"`
	Signature struct {
		Value text `json:"value"`
	} `json:"signature"`
	History many[struct {
		Date    text `json:"date"`
		Time    text `json:"time"`
		Words   text `json:"evtDscr"`
		Address struct {
			Name    text `json:"name"`
			City    text `json:"city"`
			Country text `json:"countryCode"`
		} `json:"address"`
	}] `json:"history"`
}

func (r *reader) glsUnit(u *glsUnit) {
	p := r.parcel("", u.Number.String())
	if u.Progress.Return {
		p.leg = schemas.LegReturn
	}
	if name := u.Signature.Value.String(); name != "true" && name != "false" {
		p.signedBy = name
	}
	for i := range u.History {
		e := &u.History[i]
		s := scan{words: e.Words.String()}
		if len(u.Progress.Codes) == len(u.History) {
			s.code = u.Progress.Codes[i].String()
			s.status = glsKind(s.code)
		}
		s.place = &schemas.Location{Name: e.Address.Name.String(), City: e.Address.City.String(), Country: places.Country(e.Address.Country.String())}
		var err error
		s.when, err = r.when(strings.TrimSpace(e.Date.String()+" "+e.Time.String()), s.place)
		p.tell(at("history", i), s, err)
	}
}

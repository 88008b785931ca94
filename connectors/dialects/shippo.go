package dialects

import (
	"strings"

	"waybill/schemas"
)

// Shippo tells of parcels in the webhook track_updated and in the answer of GET
// /tracks, which is the same object without its envelope. status_date is the
// carrier's scan in UTC; object_created is Shippo's own time and no part of the
// event.
var shippo = &Dialect{
	Name: "shippo", Aliases: []string{"goshippo"},
	marks: []mark{
		{"event=track_updated", "data.tracking_number", "data.carrier"},
		{"event=transaction_created"}, {"event=transaction_updated"},
		{"carrier", "tracking_number", "tracking_history"},
		{"carrier", "tracking_number", "tracking_status", "address_to"},
	},
	read: readShippo,
}

type shippoTrack struct {
	Carrier text              `json:"carrier"`
	Number  text              `json:"tracking_number"`
	ETA     text              `json:"eta"`
	Status  many[shippoEvent] `json:"tracking_status"`
	History many[shippoEvent] `json:"tracking_history"`
}

type shippoEvent struct {
	Status  text `json:"status"`
	Details text `json:"status_details"`
	Date    text `json:"status_date"`
	Sub     *struct {
		Code text `json:"code"`
	} `json:"substatus"`
	Location *struct {
		City    text `json:"city"`
		State   text `json:"state"`
		Zip     text `json:"zip"`
		Country text `json:"country"`
	} `json:"location"`
}

func readShippo(r *reader) error {
	var payload struct {
		shippoTrack

		Event text              `json:"event"`
		Data  many[shippoTrack] `json:"data"`
	}
	if err := r.json(&payload); err != nil {
		return err
	}
	track := &payload.shippoTrack
	if data := payload.Data.one(); data != nil {
		track = data
	}
	switch event := payload.Event.String(); {
	case event != "" && event != "track_updated" && event != "all":
		r.loose.forgive("/data")
		r.noParcel(event)
		return nil
	case track.Number == "" && (r.Number == "" || track.History == nil && track.Status == nil):
		return readShippoProblem(r)
	}
	p := r.parcel(track.Carrier.String(), track.Number.String())
	p.forecast("eta", track.ETA.String())
	for i := range track.History {
		p.shippo(at("tracking_history", i), &track.History[i])
	}
	// The newest event stands beside the history, which at times lacks it.
	if e := track.Status.one(); e != nil && e.Date != "" && !shippoHas(track.History, e) {
		p.shippo("tracking_status", e)
	}
	return nil
}

func shippoHas(history []shippoEvent, e *shippoEvent) bool {
	for i := range history {
		if h := &history[i]; h.Date == e.Date && h.Status == e.Status && h.Details == e.Details {
			return true
		}
	}
	return false
}

func (p *parcel) shippo(where string, e *shippoEvent) {
	s := scan{status: e.Status.String(), words: e.Details.String()}
	if e.Sub != nil {
		s.code = e.Sub.Code.String()
	}
	if l := e.Location; l != nil {
		s.place = &schemas.Location{City: l.City.String(), State: l.State.String(), PostalCode: l.Zip.String(), Country: l.Country.String()}
	}
	if s.status == "RETURNED" {
		s.leg = schemas.LegReturn
	}
	var err error
	s.when, err = p.r.when(e.Date.String(), s.place)
	p.tell(where, s, err)
}

// readShippoProblem reads the answers of Shippo that are none: a detail, or
// what is wrong with each field that was sent.
func readShippoProblem(r *reader) error {
	var problem struct {
		Detail   many[text] `json:"detail"`
		Carrier  many[text] `json:"carrier"`
		Number   many[text] `json:"tracking_number"`
		Metadata many[text] `json:"metadata"`
		All      many[text] `json:"__all__"`
	}
	r.loose.forget()
	if err := r.json(&problem); err != nil {
		return err
	}
	for _, words := range []many[text]{problem.Detail, problem.Carrier, problem.Number, problem.Metadata, problem.All} {
		for _, w := range words {
			r.fail(shippoReason(w.String()), "", "", "", w.String())
		}
	}
	if len(r.out.Failures) == 0 {
		return errNotThis
	}
	return nil
}

// shippoReason tells Shippo's problems apart by their words: they have no code.
func shippoReason(words string) Reason {
	folded := strings.ToLower(words)
	switch {
	case strings.Contains(folded, "throttled"):
		return ReasonRateLimited
	case strings.Contains(folded, "credentials"), strings.Contains(folded, "token"), strings.Contains(folded, "permission"):
		return ReasonUnauthorized
	case strings.HasPrefix(folded, "not found"):
		return ReasonNotFound
	default:
		return ReasonBadRequest
	}
}

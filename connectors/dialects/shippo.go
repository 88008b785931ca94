package dialects

import (
	"fmt"

	"waybill/schemas"
)

// Shippo tells of parcels in the webhook track_updated and in the answer of GET
// /tracks, which is the same object without its envelope. status_date is the
// carrier's scan in UTC; object_created is Shippo's own time and no part of the
// event.
var shippo = &Dialect{
	Name: "shippo", Aliases: []string{"goshippo"},
	marks: []mark{{"event", "data.tracking_number", "data.tracking_history"}, {"tracking_number", "tracking_history", "tracking_status"}, {"carrier", "tracking_number", "tracking_history", "address_to"}},
	read:  readShippo,
}

type shippoTrack struct {
	Carrier     text               `json:"carrier"`
	Number      text               `json:"tracking_number"`
	ETA         text               `json:"eta"`
	Status      *shippoEvent       `json:"tracking_status"`
	History     many[*shippoEvent] `json:"tracking_history"`
	ErrorDetail text               `json:"detail"`
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

		Data *shippoTrack `json:"data"`
	}
	if err := r.json(&payload); err != nil {
		return err
	}
	track := &payload.shippoTrack
	if payload.Data != nil {
		track = payload.Data
	}
	if track.Number == "" && track.ErrorDetail != "" {
		r.fail(ReasonBadRequest, "", "", "", track.ErrorDetail.String())
		return nil
	}
	if track.Number == "" {
		return errNotThis
	}
	p := r.parcel(track.Carrier.String(), track.Number.String())
	p.eta, _ = r.when(track.ETA.String(), nil) // a forecast that cannot be read is none
	for i, e := range track.History {
		if e != nil {
			p.shippo(fmt.Sprintf("tracking_history[%d]", i), e)
		}
	}
	// The newest event stands beside the history, which at times lacks it.
	if e := track.Status; e != nil && e.Date != "" && !shippoHas(track.History, e) {
		p.shippo("tracking_status", e)
	}
	return nil
}

func shippoHas(history []*shippoEvent, e *shippoEvent) bool {
	for _, h := range history {
		if h != nil && h.Date == e.Date && h.Status == e.Status && h.Details == e.Details {
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
	var err error
	s.when, err = p.r.when(e.Date.String(), s.place)
	p.tell(where, s, err)
}

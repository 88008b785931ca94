package dialects

import (
	"cmp"
	"slices"
	"strings"

	"waybill/connectors/places"
	"waybill/schemas"
)

// TrackingMore tells of parcels in webhooks and answers of its versions 2, 3 and
// 4, which differ in names and envelopes. The legs of origin and destination are
// events of the one parcel. Times are those of the place and have no offset; of a
// parcel that stays in one country it is that one's.
var trackingmore = &Dialect{
	Name: "trackingmore",
	marks: []mark{
		{"data.courier_code", "data.tracking_number", "data.delivery_status"},
		{"data.carrier_code", "data.tracking_number", "data.origin_info"},
		{"meta.code", "data.items.carrier_code", "data.items.tracking_number"},
		{"courier_code", "tracking_number", "delivery_status"},
		{"carrier_code", "tracking_number", "origin_info"},
		{"meta.code", "data.success.courier_code", "data.success.tracking_number"},
		{"meta.code", "data.error.errorCode", "data.error.errorMessage"},
		{"verifyInfo.signature", "data"},
		{"meta.code", "meta.message"},
	},
	read: readTrackingMore,
}

type trackmore struct {
	Number      text                 `json:"tracking_number"`
	Courier     text                 `json:"courier_code"`
	Carrier     text                 `json:"carrier_code"` // version 2
	Status      text                 `json:"delivery_status"`
	OldStatus   text                 `json:"status"` // version 2
	Substatus   text                 `json:"substatus"`
	SignedBy    text                 `json:"signed_by"`
	OldSignedBy text                 `json:"singed_by"` // version 2 spells it so
	Scheduled   text                 `json:"scheduled_delivery_date"`
	OldETA      text                 `json:"scheduled_delivery"`
	From        text                 `json:"origin_country"`
	OldFrom     text                 `json:"original_country"`
	To          text                 `json:"destination_country"`
	Events      many[trackmoreEvent] `json:"track_info"`
	Origin      many[trackmoreLeg]   `json:"origin_info"`
	Destination many[trackmoreLeg]   `json:"destination_info"`

	ErrorCode    text `json:"errorCode"`
	ErrorMessage text `json:"errorMessage"`

	Items   many[trackmore] `json:"items"`
	Error   many[trackmore] `json:"error"`
	Success many[trackmore] `json:"success"`
}

type trackmoreLeg struct {
	Events many[trackmoreEvent] `json:"trackinfo"`
}

// trackmoreEvent has the names of versions 3 and 4, and those of version 2.
type trackmoreEvent struct {
	Date      text `json:"checkpoint_date"`
	Status    text `json:"checkpoint_delivery_status"`
	Substatus text `json:"checkpoint_delivery_substatus"`
	Detail    text `json:"tracking_detail"`
	Location  text `json:"location"`
	Country   text `json:"country_iso2"`
	State     text `json:"state"`
	City      text `json:"city"`
	Zip       text `json:"zip"`

	OldDate      text `json:"Date"`
	OldWords     text `json:"StatusDescription"`
	OldDetails   text `json:"Details"`
	OldStatus    text `json:"checkpoint_status"`
	OldSubstatus text `json:"substatus"`
}

func readTrackingMore(r *reader) error {
	var payload struct {
		trackmore

		Code    text            `json:"code"` // version 3
		Message text            `json:"message"`
		Data    many[trackmore] `json:"data"`
		Meta    many[struct {
			Code    text `json:"code"`
			Message text `json:"message"`
		}] `json:"meta"`
	}
	if err := r.json(&payload); err != nil {
		return err
	}
	code, words := payload.Code, payload.Message
	if meta := payload.Meta.one(); meta != nil {
		code, words = meta.Code, meta.Message
	}
	if reason := trackmoreReason(code.String()); reason != "" {
		r.fail(reason, "", "", code.String(), words.String())
		return nil
	}
	told := r.trackmoreAll("", many[trackmore]{payload.trackmore})
	if !r.trackmoreAll("data", payload.Data) && !told && code == "" {
		return errNotThis
	}
	return nil
}

// trackmoreAll reads trackings and those that are in them, and tells whether
// there were any.
func (r *reader) trackmoreAll(where string, list many[trackmore]) bool {
	told := false
	for i := range list {
		t, where := &list[i], inside(where, i, len(list))
		switch {
		case t.ErrorCode != "":
			r.fail(cmp.Or(trackmoreReason(t.ErrorCode.String()), ReasonBadRequest), first(t.Courier, t.Carrier), t.Number.String(), t.ErrorCode.String(), t.ErrorMessage.String())
			told = true
		case t.Number != "" || t.Origin != nil || t.Events != nil: // without a number it is told to be wrong
			r.trackmore(where, t)
			told = true
		}
		told = r.trackmoreAll(where+"items", t.Items) || told
		told = r.trackmoreAll(where+"success", t.Success) || told
		told = r.trackmoreAll(where+"error", t.Error) || told
	}
	return told
}

func (r *reader) trackmore(where string, t *trackmore) {
	p := r.parcel(first(t.Courier, t.Carrier), t.Number.String())
	p.signedBy = first(t.SignedBy, t.OldSignedBy)
	p.forecast(where+"scheduled_delivery_date", first(t.Scheduled, t.OldETA))
	stays := ""
	if from, to := places.Country(first(t.From, t.OldFrom)), places.Country(t.To.String()); from == to {
		stays = from
	}
	var seen map[trackmoreEvent]bool // what one carrier told may stand in both legs
	if t.tellsBeyondOrigin() {
		seen = make(map[trackmoreEvent]bool)
	}
	leg := func(name string, events many[trackmoreEvent]) {
		for i := range events {
			e := &events[i]
			if seen != nil {
				if seen[*e] && name != "origin_info.trackinfo" {
					continue
				}
				seen[*e] = true
			}
			p.trackmore(where+at(name, i), e, stays)
		}
	}
	for i := range t.Origin {
		leg("origin_info.trackinfo", t.Origin[i].Events)
	}
	for i := range t.Destination {
		leg("destination_info.trackinfo", t.Destination[i].Events)
	}
	leg("track_info", t.Events)
	if status := first(t.Status, t.OldStatus); p.count == 0 && (status == "notfound" || status == "pending") {
		p.fail(ReasonNotFound, first(t.Substatus, text(status)), "the carrier does not know the number, so far")
	}
}

// tellsBeyondOrigin tells whether there are events in lists that may repeat those
// of the origin.
func (t *trackmore) tellsBeyondOrigin() bool {
	return len(t.Events) > 0 || slices.ContainsFunc(t.Destination, func(l trackmoreLeg) bool { return len(l.Events) > 0 })
}

// trackmore tells an event of a parcel that stays in a country, if it does.
func (p *parcel) trackmore(where string, e *trackmoreEvent, stays string) {
	s := scan{code: first(e.Substatus, e.OldSubstatus), status: first(e.Status, e.OldStatus), words: first(e.Detail, e.OldWords)}
	s.place = &schemas.Location{
		Name: first(e.Location, e.OldDetails), City: e.City.String(), State: e.State.String(), PostalCode: e.Zip.String(), Country: places.Country(e.Country.String()),
	}
	switch s.code {
	case "exception010", "exception011":
		s.leg = schemas.LegReturn
	}
	in := *s.place
	in.Country = first(in.Country, stays)
	var err error
	s.when, err = p.r.when(first(e.Date, e.OldDate), &in)
	p.tell(where, s, err)
}

// trackmoreReason reads a code of an answer; empty: it is none of a problem.
func trackmoreReason(code string) Reason {
	switch code {
	case "", "0":
		return ""
	case "404", "4031", "4102", "4017":
		return ReasonNotFound
	case "4014", "4110":
		return ReasonInvalidNumber
	case "401", "4001", "4002":
		return ReasonUnauthorized
	case "429", "4021", "4190":
		return ReasonRateLimited
	}
	switch {
	case strings.HasPrefix(code, "20"):
		return ""
	case strings.HasPrefix(code, "5"):
		return ReasonUnavailable
	default:
		return ReasonBadRequest
	}
}

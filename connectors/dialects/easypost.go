package dialects

import (
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"waybill/connectors/places"
	"waybill/schemas"
)

// EasyPost tells of parcels in Events (tracker.created, tracker.updated) with the
// whole Tracker in result, and in its answers: a Tracker, a list of them, a list
// of Events. datetime ends in Z; where EasyPost knows the place it is UTC, else
// it may be the carrier's local time, which nothing tells apart: it is kept as
// given.
var easypost = &Dialect{
	Name: "easypost",
	marks: []mark{
		{"object=Event", "description", "mode"},
		{"object=Event", "description", "result.object=Tracker"},
		{"object=Tracker", "tracking_code", "tracking_details"},
		{"trackers.object=Tracker", "trackers.tracking_code", "trackers.tracking_details"},
		{"events.object=Event", "events.description", "has_more"},
		{"trackers", "has_more"},
		{"error.code", "error.message", "error.errors"},
	},
	read: readEasyPost,
}

type easypostTracker struct {
	Object   text                 `json:"object"`
	Number   text                 `json:"tracking_code"`
	Carrier  text                 `json:"carrier"`
	Status   text                 `json:"status"`
	ETA      text                 `json:"est_delivery_date"`
	SignedBy text                 `json:"signed_by"`
	IsReturn flag                 `json:"is_return"`
	Details  many[easypostDetail] `json:"tracking_details"`
	Carried  many[struct {
		Day text `json:"est_delivery_date_local"`
	}] `json:"carrier_detail"`
}

type easypostDetail struct {
	Message     text `json:"message"`
	Description text `json:"description"`
	Status      text `json:"status"`
	Detail      text `json:"status_detail"`
	Datetime    text `json:"datetime"`
	CarrierCode text `json:"carrier_code"`
	Location    *struct {
		City    text `json:"city"`
		State   text `json:"state"`
		Country text `json:"country"`
		Zip     text `json:"zip"`
	} `json:"tracking_location"`
}

type easypostEvent struct {
	Description text                  `json:"description"`
	Result      many[easypostTracker] `json:"result"`
}

func readEasyPost(r *reader) error {
	var payload struct {
		easypostTracker
		easypostEvent

		Trackers many[easypostTracker] `json:"trackers"`
		Events   many[easypostEvent]   `json:"events"`
		Error    many[struct {
			Code    text `json:"code"`
			Message text `json:"message"`
		}] `json:"error"`
	}
	if err := r.json(&payload); err != nil {
		return err
	}
	for _, e := range payload.Error {
		r.fail(easypostReason(e.Code.String()), "", "", e.Code.String(), e.Message.String())
	}
	switch {
	case payload.Number != "":
		r.easypost("", &payload.easypostTracker)
	case payload.Object == "Event":
		r.easypostEvent("", "/result", &payload.easypostEvent)
	case payload.Trackers == nil && payload.Events == nil && payload.Error == nil:
		return errNotThis
	}
	for i := range payload.Trackers {
		r.easypost(at("trackers", i)+".", &payload.Trackers[i])
	}
	for i := range payload.Events {
		r.easypostEvent(at("events", i)+".", jsontext.Pointer("/events/"+strconv.Itoa(i)+"/result"), &payload.Events[i])
	}
	return nil
}

// easypostEvent reads an Event. Those in a list come without their trackers, and
// what is in the result of another kind is no business of ours.
func (r *reader) easypostEvent(where string, at jsontext.Pointer, e *easypostEvent) {
	result := e.Result.one()
	if !strings.HasPrefix(e.Description.String(), "tracker.") {
		r.loose.forgive(at)
		result = nil
	}
	if result == nil || result.Number == "" {
		r.noParcel(e.Description.String())
		return
	}
	r.easypost(where+"result.", result)
}

func (r *reader) easypost(where string, t *easypostTracker) {
	p := r.parcel(t.Carrier.String(), t.Number.String())
	p.signedBy = t.SignedBy.String()
	if t.IsReturn {
		p.leg = schemas.LegReturn
	}
	eta := t.ETA
	if c := t.Carried.one(); c != nil && c.Day != "" {
		eta = c.Day // the carrier's own day; the other is made of it
	}
	p.forecast(where+"est_delivery_date", eta.String())
	for i := range t.Details {
		p.easypost(where+at("tracking_details", i), &t.Details[i])
	}
	if p.count == 0 && t.Status == "unknown" {
		p.fail(ReasonNotFound, t.Status.String(), "the carrier does not know the number, so far")
	}
}

func (p *parcel) easypost(where string, d *easypostDetail) {
	s := scan{code: d.CarrierCode.String(), status: d.Status.String(), words: first(d.Message, d.Description)}
	s.refine(d.Detail.String())
	if l := d.Location; l != nil {
		s.place = &schemas.Location{City: l.City.String(), State: l.State.String(), PostalCode: l.Zip.String(), Country: places.Country(l.Country.String())}
	}
	if d.Status == "return_to_sender" || d.Detail == "return" {
		s.leg = schemas.LegReturn
	}
	var err error
	s.when, err = p.r.when(d.Datetime.String(), s.place)
	p.tell(where, s, err)
}

// easypostReason reads an error's code, such as TRACKER.NOT_FOUND.
func easypostReason(code string) Reason {
	switch {
	case strings.Contains(code, "NOT_FOUND"):
		return ReasonNotFound
	case strings.HasPrefix(code, "APIKEY"), strings.Contains(code, "UNAUTHORIZED"), strings.Contains(code, "FORBIDDEN"):
		return ReasonUnauthorized
	case strings.Contains(code, "RATE_LIMIT"), strings.Contains(code, "TOO_MANY"):
		return ReasonRateLimited
	case strings.Contains(code, "UNAVAILABLE"), strings.Contains(code, "TIMEOUT"), strings.Contains(code, "INTERNAL_SERVER"):
		return ReasonUnavailable
	case strings.Contains(code, "INVALID_TRACKING"), strings.Contains(code, "TRACKING_CODE"):
		return ReasonInvalidNumber
	default:
		return ReasonBadRequest
	}
}

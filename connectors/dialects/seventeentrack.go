package dialects

import (
	"strings"

	"waybill/connectors/places"
	"waybill/schemas"
)

// 17TRACK tells of parcels in webhooks and in the answers of gettrackinfo
// (version 2), where each provider tells its leg: all legs are events of the one
// parcel, whose key is the number and the carrier that 17TRACK keeps it under. An
// event has its time as written, with its offset, and in UTC. The older forms
// stand in seventeentrack_old.go.
var seventeentrack = &Dialect{
	Name: "17track", Aliases: []string{"seventeentrack", "17-track"},
	marks: []mark{
		{"event", "data.number", "data.carrier"},
		{"code", "data.accepted", "data.rejected"}, {"data.accepted.number", "data.accepted.track_info"}, {"data.rejected.number", "data.rejected.error.code"},
		{"number", "carrier", "track_info.latest_status"},
		{"code", "data.errors.code", "data.errors.message"},
		{"Json.FTrackNo", "Json.FTrackInfoId"},
		{"Json.eitem.e", "Json.eitem.ec"},
	},
	read: read17Track,
}

type track17 struct {
	Number text              `json:"number"`
	Code   text              `json:"carrier"`
	Info   many[track17Info] `json:"track_info"`
	Old    many[track17Old]  `json:"track"`
	Error  many[struct {
		Code    text `json:"code"`
		Message text `json:"message"`
	}] `json:"error"`
}

type track17Info struct {
	Status many[struct {
		Main text `json:"status"`
		Sub  text `json:"sub_status"`
	}] `json:"latest_status"`
	Metrics many[struct {
		ETA many[struct {
			From text `json:"from"`
			To   text `json:"to"`
		}] `json:"estimated_delivery_date"`
	}] `json:"time_metrics"`
	Tracking many[struct {
		Providers many[track17Provider] `json:"providers"`
	}] `json:"tracking"`
	Latest many[track17Event] `json:"latest_event"`
}

type track17Provider struct {
	Provider many[struct {
		Key   text `json:"key"`
		Name  text `json:"name"`
		Alias text `json:"alias"`
	}] `json:"provider"`
	Events many[track17Event] `json:"events"`
}

type track17Event struct {
	ISO text `json:"time_iso"`
	UTC text `json:"time_utc"`
	Raw *struct {
		Date text `json:"date"`
		Time text `json:"time"`
		Zone text `json:"timezone"`
	} `json:"time_raw"`
	Description text `json:"description"`
	Location    text `json:"location"`
	Stage       text `json:"stage"`
	Sub         text `json:"sub_status"`
	Address     *struct {
		Country text `json:"country"`
		State   text `json:"state"`
		City    text `json:"city"`
		Zip     text `json:"postal_code"`
	} `json:"address"`
}

func read17Track(r *reader) error {
	var payload struct {
		track17
		old17

		Event text `json:"event"`
		Code  text `json:"code"`
		Data  many[struct {
			track17

			Accepted many[track17]        `json:"accepted"`
			Rejected many[track17]        `json:"rejected"`
			Errors   many[track17Problem] `json:"errors"`
		}] `json:"data"`
	}
	if err := r.json(&payload); err != nil {
		return err
	}
	known := payload.track17.read(r, "", payload.Event.String())
	for _, data := range payload.Data {
		known = data.read(r, "data.", payload.Event.String()) || data.Accepted != nil || data.Rejected != nil || data.Errors != nil || known
		for i := range data.Accepted {
			data.Accepted[i].read(r, at("data.accepted", i)+".", "")
		}
		for _, t := range data.Rejected {
			for _, e := range t.Error {
				r.fail(track17Reason(e.Code.String()), track17Carrier(t.Code), t.Number.String(), e.Code.String(), e.Message.String())
			}
		}
		for _, e := range data.Errors {
			r.fail(track17Reason(e.Code.String()), "", "", e.Code.String(), e.Message.String())
		}
	}
	if !payload.old17.read(r) && !known {
		return errNotThis
	}
	return nil
}

type track17Problem struct {
	Code    text `json:"code"`
	Message text `json:"message"`
}

// read tells of one tracking, if it is one.
func (t *track17) read(r *reader, where, event string) bool {
	if t.Number == "" {
		return false
	}
	p := r.parcel(t.carrier(r), t.Number.String())
	for i := range t.Old {
		p.track17Old(where+"track", &t.Old[i])
	}
	for i := range t.Info {
		p.track17(where+"track_info.", &t.Info[i])
	}
	if p.count == 0 && event == "TRACKING_STOPPED" {
		p.fail(ReasonNoEvents, event, "17TRACK follows the parcel no longer")
	}
	return true
}

// carrier is that of the tracking. Where 17TRACK's number of it is none of ours,
// the name that it gives it does.
func (t *track17) carrier(r *reader) string {
	code := track17Carrier(t.Code)
	for _, info := range t.Info {
		for _, tracking := range info.Tracking {
			for _, provider := range tracking.Providers {
				for _, p := range provider.Provider {
					if code != "" && p.Key != t.Code || r.Carriers.Canonical(code) != code {
						continue
					}
					return first(p.Alias, p.Name, p.Key)
				}
			}
		}
	}
	return code
}

// track17Carrier is 17TRACK's number of a carrier; 0 is none.
func track17Carrier(code text) string {
	if code == "0" {
		return ""
	}
	return code.String()
}

func (p *parcel) track17(where string, info *track17Info) {
	for _, metrics := range info.Metrics {
		if eta := metrics.ETA.one(); eta != nil { // of a span the end: until then it is in time
			p.forecast(where+"time_metrics.estimated_delivery_date", first(eta.To, eta.From))
		}
	}
	for _, tracking := range info.Tracking {
		for j, provider := range tracking.Providers {
			for k := range provider.Events {
				p.track17Event(where+"tracking."+at(at("providers", j)+".events", k), &provider.Events[k])
			}
		}
	}
	if p.count > 0 {
		return
	}
	for i := range info.Latest {
		p.track17Event(where+"latest_event", &info.Latest[i])
	}
	status := info.Status.one()
	switch {
	case p.count > 0 || status == nil:
	case status.Sub == "NotFound_InvalidCode":
		p.fail(ReasonInvalidNumber, status.Sub.String(), "the carrier has no such number")
	case status.Main == "NotFound":
		p.fail(ReasonNotFound, status.Sub.String(), "the carrier does not know the number")
	}
}

func (p *parcel) track17Event(where string, e *track17Event) {
	s := scan{code: e.Sub.String(), status: e.Stage.String(), words: e.Description.String()}
	if s.status == "" {
		s.status, _, _ = strings.Cut(s.code, "_")
	}
	s.place = &schemas.Location{Name: e.Location.String()}
	if a := e.Address; a != nil {
		s.place.City, s.place.State, s.place.PostalCode, s.place.Country = a.City.String(), a.State.String(), a.Zip.String(), places.Country(a.Country.String())
	}
	switch s.code {
	case "Exception_Returning", "Exception_Returned":
		s.leg = schemas.LegReturn
	}
	var err error
	s.when, err = p.r.track17Time(e, s.place)
	p.tell(where, s, err)
}

// track17Time takes the time with its offset, and from the time as written how
// exact it is: a day is given as its midnight.
func (r *reader) track17Time(e *track17Event, place *schemas.Location) (moment, error) {
	written, clock := "", ""
	if raw := e.Raw; raw != nil {
		clock = raw.Time.String()
		written = strings.TrimSpace(raw.Date.String() + " " + clock + raw.Zone.String())
	}
	m, err := r.when(first(e.ISO.String(), e.UTC.String(), written), place)
	if err != nil || written == "" {
		return m, err
	}
	m.text = written
	switch {
	case clock == "":
		return m.asDay(), nil
	case strings.Count(clock, ":") == 1:
		m.precision = schemas.PrecisionMinute
	}
	return m, nil
}

// track17Reason reads an error's code.
func track17Reason(code string) Reason {
	switch code {
	case "-18019902", "-18019909":
		return ReasonNotFound
	case "-18010012", "-18019903":
		return ReasonInvalidNumber
	case "401", "-18010001", "-18010002", "-18010005":
		return ReasonUnauthorized
	case "429", "-18019907", "-18019908":
		return ReasonRateLimited
	case "500", "503", "-18010000":
		return ReasonUnavailable
	default:
		return ReasonBadRequest
	}
}

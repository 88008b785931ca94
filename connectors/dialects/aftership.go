package dialects

import (
	"strings"

	"waybill/connectors/places"
	"waybill/schemas"
)

// AfterShip tells of parcels in webhooks (msg) and in the answers of its API
// (data.tracking, data.trackings, since 2024 data itself), under the names of
// its version 4 and those of today. checkpoint_time has an offset where AfterShip
// knows it. A subtag may become another one later for the same words, so the
// courier's own code (raw_tag) is the event's where it is there.
var aftership = &Dialect{
	Name: "aftership",
	marks: []mark{
		{"event", "msg.tracking_number", "msg.slug"},
		{"data.tracking.tracking_number", "data.tracking.slug", "meta.code"},
		{"data.trackings", "meta.code"},
		{"data.tracking_number", "data.slug", "data.tag", "meta.code"},
		{"data.slug", "data.checkpoint", "meta.code"},
		{"tracking_number", "slug", "tag", "checkpoints"},
		{"meta.code", "meta.message"},
	},
	read: readAfterShip,
}

type aftershipTracking struct {
	Number      text                      `json:"tracking_number"`
	Slug        text                      `json:"slug"`
	Tag         text                      `json:"tag"`
	Subtag      text                      `json:"subtag"`
	SubtagWords text                      `json:"subtag_message"`
	SignedBy    text                      `json:"signed_by"`
	Checkpoints many[aftershipCheckpoint] `json:"checkpoints"`
	Checkpoint  many[aftershipCheckpoint] `json:"checkpoint"`

	Expected text                    `json:"expected_delivery"`
	Courier  many[aftershipForecast] `json:"courier_estimated_delivery_date"`
	Own      many[aftershipForecast] `json:"aftership_estimated_delivery_date"`
	Latest   many[aftershipForecast] `json:"latest_estimated_delivery"`

	Tracking  many[aftershipTracking] `json:"tracking"`
	Trackings many[aftershipTracking] `json:"trackings"`
}

type aftershipForecast struct {
	Date     text `json:"estimated_delivery_date"`
	Datetime text `json:"datetime"`
}

type aftershipCheckpoint struct {
	Time        text `json:"checkpoint_time"`
	Message     text `json:"message"`
	Tag         text `json:"tag"`
	Subtag      text `json:"subtag"`
	RawTag      text `json:"raw_tag"`
	Location    text `json:"location"`
	City        text `json:"city"`
	State       text `json:"state"`
	Zip         text `json:"zip"`
	PostalCode  text `json:"postal_code"`
	Country     text `json:"country_region"`
	Region      text `json:"country_region_name"`
	CountryISO3 text `json:"country_iso3"`
	CountryName text `json:"country_name"`
}

func readAfterShip(r *reader) error {
	var payload struct {
		aftershipTracking

		Event text                    `json:"event"`
		Msg   many[aftershipTracking] `json:"msg"`
		Data  many[aftershipTracking] `json:"data"`
		Meta  many[struct {
			Code    text `json:"code"`
			Message text `json:"message"`
		}] `json:"meta"`
	}
	if err := r.json(&payload); err != nil {
		return err
	}
	if meta := payload.Meta.one(); meta != nil && !strings.HasPrefix(meta.Code.String(), "2") && meta.Code != "" {
		r.fail(aftershipReason(meta.Code.String()), "", "", meta.Code.String(), meta.Message.String())
		return nil
	}
	told := r.aftershipAll("", many[aftershipTracking]{payload.aftershipTracking})
	told = r.aftershipAll("msg", payload.Msg) || told
	if !r.aftershipAll("data", payload.Data) && !told {
		return errNotThis
	}
	return nil
}

// aftershipAll reads trackings and those that are in them, and tells whether
// there were any, or a list for them.
func (r *reader) aftershipAll(where string, list many[aftershipTracking]) bool {
	told := false
	for i := range list {
		t, where := &list[i], inside(where, i, len(list))
		if t.Number != "" || t.Checkpoint != nil && r.Number != "" {
			r.aftership(where, t)
			told = true
		}
		told = r.aftershipAll(where+"tracking", t.Tracking) || told
		told = r.aftershipAll(where+"trackings", t.Trackings) || t.Trackings != nil || told
	}
	return told
}

func (r *reader) aftership(where string, t *aftershipTracking) {
	slug := t.Slug.String()
	if slug == "unrecognized" { // no courier was found for it
		slug = ""
	}
	p := r.parcel(slug, t.Number.String())
	p.signedBy = t.SignedBy.String()
	for _, eta := range []many[aftershipForecast]{t.Own, t.Latest, {{Date: t.Expected}}, t.Courier} { // the courier's own word last, for it counts
		if f := eta.one(); f != nil {
			p.forecast(where+"estimated_delivery_date", first(f.Date, f.Datetime))
		}
	}
	for i := range t.Checkpoints {
		p.aftership(where+at("checkpoints", i), &t.Checkpoints[i])
	}
	for i := range t.Checkpoint {
		p.aftership(where+"checkpoint", &t.Checkpoint[i])
	}
	if p.count == 0 && t.Tag == "Pending" {
		p.fail(ReasonNotFound, t.Subtag.String(), t.SubtagWords.String())
	}
}

func (p *parcel) aftership(where string, c *aftershipCheckpoint) {
	s := scan{code: c.RawTag.String(), status: c.Tag.String(), words: c.Message.String(), place: &schemas.Location{
		Name: c.Location.String(), City: c.City.String(), State: c.State.String(), PostalCode: first(c.PostalCode, c.Zip),
		Country: places.Country(first(c.Country, c.CountryISO3, c.Region, c.CountryName)),
	}}
	s.refine(c.Subtag.String())
	switch c.Subtag {
	case "Exception_010", "Exception_011":
		s.leg = schemas.LegReturn
	}
	var err error
	s.when, err = p.r.when(c.Time.String(), s.place)
	p.tell(where, s, err)
}

// aftershipReason reads meta.code.
func aftershipReason(code string) Reason {
	switch code {
	case "404", "4004":
		return ReasonNotFound
	case "4005", "4017":
		return ReasonInvalidNumber
	case "401", "403":
		return ReasonUnauthorized
	case "429":
		return ReasonRateLimited
	}
	if strings.HasPrefix(code, "5") {
		return ReasonUnavailable
	}
	return ReasonBadRequest
}

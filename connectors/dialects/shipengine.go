package dialects

import (
	"net/url"
	"slices"
	"strings"

	"waybill/connectors/places"
	"waybill/schemas"
)

// ShipEngine, now the ShipStation API, tells of parcels in the webhooks
// API_TRACK and TRACK_EVENT_V2, in the answer of GET /v1/tracking, which is their
// data, and in the form in which its partners answer it. occurred_at is UTC;
// carrier_occurred_at is what the clocks at the place said.
var shipengine = &Dialect{
	Name: "shipengine", Aliases: []string{"shipstation"},
	marks: []mark{
		{"resource_type", "resource_url", "data.tracking_number", "data.status_code"},
		{"tracking_number", "status_code", "events", "carrier_status_description"},
		{"tracking_number", "status_code", "events.occurred_at"},
		{"tracking_number", "standardized_status_code"},
		{"tracking_info.tracking_number", "tracking_info.standardized_status_code"},
		{"resource_type", "resource_url"},
		{"request_id", "errors.error_source", "errors.error_code"},
	},
	read: readShipEngine,
}

type shipengineTrack struct {
	Number   text                    `json:"tracking_number"`
	Carrier  text                    `json:"carrier_code"`
	Status   text                    `json:"status_code"`
	Standard text                    `json:"standardized_status_code"`
	ETA      text                    `json:"estimated_delivery_date"`
	Expected text                    `json:"estimated_delivery_datetime"`
	Events   many[shipengineEvent]   `json:"events"`
	Errors   many[shipengineProblem] `json:"errors"`
}

// shipengineEvent has the names of the platform and those of its partners.
type shipengineEvent struct {
	OccurredAt    text `json:"occurred_at"`
	OldAt         text `json:"event_date"` // before 2020
	OccurredLocal text `json:"carrier_occurred_at"`
	At            text `json:"event_datetime"`
	Local         text `json:"event_datetime_local"`

	Status            text `json:"status_code"`
	StatusDetail      text `json:"status_detail_code"`
	Code              text `json:"event_code"`
	CarrierDetail     text `json:"carrier_detail_code"`
	CarrierStatus     text `json:"carrier_status_code"`
	Description       text `json:"description"`
	StatusDescription text `json:"carrier_status_description"`
	Signer            text `json:"signer"`

	CityLocality  text `json:"city_locality"`
	StateProvince text `json:"state_province"`
	CountryCode   text `json:"country_code"`
	City          text `json:"city"`
	State         text `json:"state"`
	Country       text `json:"country"`
	PostalCode    text `json:"postal_code"`
	Company       text `json:"company_name"`
}

type shipengineProblem struct {
	Code    text `json:"error_code"`
	Message text `json:"message"`
}

func readShipEngine(r *reader) error {
	var payload struct {
		shipengineTrack

		URL  text                  `json:"resource_url"`
		Type text                  `json:"resource_type"`
		Data many[shipengineTrack] `json:"data"`
		Info many[shipengineTrack] `json:"tracking_info"`
	}
	if err := r.json(&payload); err != nil {
		return err
	}
	if kind := payload.Type.String(); kind != "" && kind != "API_TRACK" && kind != "TRACK_EVENT_V2" {
		r.loose.forgive("/data")
		r.noParcel(kind)
		return nil
	}
	track := &payload.shipengineTrack
	if data := slices.Concat(payload.Data, payload.Info).one(); data != nil {
		track = data
	}
	for _, e := range track.Errors {
		r.fail(shipengineReason(e.Code.String()), "", "", e.Code.String(), e.Message.String())
	}
	carrier, number := track.Carrier.String(), track.Number.String()
	carrier, number = asked(payload.URL.String(), carrier, number)
	switch {
	case number == "" && len(track.Errors) > 0:
		return nil
	case number == "" && (r.Number == "" || track.Events == nil && track.Status == "" && track.Standard == ""):
		return errNotThis
	}
	p := r.parcel(carrier, number)
	p.forecast("estimated_delivery_date", first(track.ETA, track.Expected))
	for i := range track.Events {
		p.shipengine(at("events", i), &track.Events[i])
	}
	if status := first(track.Status, track.Standard); len(track.Events) == 0 && status == "NY" {
		p.fail(ReasonNotFound, status, "it is not yet in the carrier's system")
	}
	return nil
}

// asked completes the carrier and the number by the address of a tracking,
// /v1/tracking?carrier_code=usps&tracking_number=940..., or before 2020
// /v1/tracking/usps/940...
func asked(address, carrier, number string) (string, string) {
	at, err := url.Parse(address)
	if err != nil {
		return carrier, number
	}
	inPath := ""
	if path, ok := strings.CutPrefix(at.Path, "/v1/tracking/"); ok {
		inPath, _, _ = strings.Cut(path, "/")
	}
	return first(carrier, at.Query().Get("carrier_code"), inPath), first(number, at.Query().Get("tracking_number"))
}

func (p *parcel) shipengine(where string, e *shipengineEvent) {
	s := scan{
		code: first(e.CarrierDetail, e.Code, e.CarrierStatus), status: e.Status.String(),
		words: first(e.Description, e.StatusDescription), signedBy: e.Signer.String(),
		place: &schemas.Location{
			Name: e.Company.String(), City: first(e.CityLocality, e.City), State: first(e.StateProvince, e.State),
			PostalCode: e.PostalCode.String(), Country: places.Country(first(e.CountryCode, e.Country)),
		},
	}
	s.refine(e.StatusDetail.String())
	switch e.StatusDetail {
	case "RETURN_TO_SENDER", "UNDELIVERABLE_RETURNED_TO_SENDER":
		s.leg = schemas.LegReturn
	}
	var err error
	s.when, err = p.r.both(first(e.OccurredAt, e.At, e.OldAt), first(e.OccurredLocal, e.Local), s.place)
	p.tell(where, s, err)
}

// shipengineReason reads an error_code.
func shipengineReason(code string) Reason {
	switch code {
	case "not_found", "tracking_number_not_found":
		return ReasonNotFound
	case "unauthorized", "unauthenticated", "subscription_inactive", "feature_not_available":
		return ReasonUnauthorized
	case "rate_limit_exceeded":
		return ReasonRateLimited
	case "unspecified", "carrier_error", "timeout":
		return ReasonUnavailable
	default:
		return ReasonBadRequest
	}
}

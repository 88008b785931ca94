package api

import (
	"context"
	"mime"
	"net/http"
	"net/url"
	"time"

	"github.com/go-json-experiment/json"

	"waybill/internal/apikeys"
	"waybill/internal/shipmentlog"
	"waybill/schemas"
	"waybill/schemas/shippo"
	"waybill/schemas/status"
)

const (
	headerShippoVersion = "Shippo-Api-Version"
	// knownWait is how long the answer to a registration waits for what is known
	// of the parcel already.
	knownWait = 2 * time.Second
)

// tracksRequest is what Shippo's clients send. What else they send is passed
// over, as Shippo does.
type tracksRequest struct {
	Carrier        string `json:"carrier"`
	TrackingNumber string `json:"tracking_number"`
	Metadata       string `json:"metadata"`
}

// createTrack follows a parcel, as Shippo's POST /tracks does, and answers with
// the whole Track, also where nothing is known of it yet. All of its history is
// told (R5).
func (a *API) createTrack(c *call) (*answer, error) {
	if err := shippoVersion(c); err != nil {
		return nil, err
	}
	given, err := c.readTracksRequest()
	if err != nil {
		return nil, err
	}
	key := c.Header.Get(headerIdempotency)
	if p := checkIdempotencyKey(headerIdempotency, key); p != nil {
		return nil, p
	}
	item := &trackingItem{
		Carrier: given.Carrier, TrackingNumber: given.TrackingNumber, Metadata: given.Metadata, IdempotencyKey: key,
		Backfill: new(schemas.BackfillAll),
	}
	if p := item.check(); p != nil {
		return nil, p
	}
	r := item.registration(c.tenant(), time.Now().UTC().Truncate(time.Millisecond))
	result := a.judge(r)
	if !result.Accepted {
		return nil, result.Problem
	}
	if err := a.publish(c, []schemas.Registration{*r}); err != nil {
		return nil, err
	}
	track := a.track(r.Carrier, r.TrackingNumber, a.known(c, r))
	if track.TrackingStatus.ObjectID == "" {
		track.TrackingStatus.ObjectID = result.RegistrationID
		track.TrackingStatus.ObjectCreated, track.TrackingStatus.ObjectUpdated = *r.RegisteredAt, *r.RegisteredAt
	}
	if r.Metadata != "" {
		track.Metadata = r.Metadata
	}
	if result.Reason != "" {
		track.Messages = append(track.Messages, result.Reason)
	}
	return ok(track)
}

// known gives what is known of a parcel that the tenant follows already, to a key
// that may look; nil where that is nothing, or cannot be had at the moment.
func (a *API) known(c *call, r *schemas.Registration) *shipmentlog.Parcel {
	if !c.key.Allows(apikeys.ScopeRead) {
		return nil
	}
	ctx, cancel := context.WithTimeout(c.Context(), knownWait)
	defer cancel()
	found, err := a.cfg.Parcels.Look(ctx, r.Tenant, r.Carrier, r.TrackingNumber)
	if err != nil {
		a.cfg.Logger.Warn("a parcel was registered, and what is known of it could not be read", "request_id", c.id, "err", err)
		return nil
	}
	return found
}

// shippoVersion reads which version of Shippo's interface is spoken, and says it
// in the answer.
func shippoVersion(c *call) error {
	given := c.Header.Get(headerShippoVersion)
	c.header.Set(headerShippoVersion, shippo.Version)
	if given != "" && given != shippo.Version {
		return wrong(headerShippoVersion, "the version %q is not spoken here; %s is, also where none is named", cut(given), shippo.Version)
	}
	return nil
}

// readTracksRequest reads a form, as Shippo's documents show it, or JSON, as its
// SDKs send it.
func (c *call) readTracksRequest() (*tracksRequest, error) {
	data, err := c.readBytes()
	if err != nil {
		return nil, err
	}
	kind, _, err := mime.ParseMediaType(c.Header.Get("Content-Type"))
	switch {
	case err == nil && kind == "application/json":
		var given tracksRequest
		if err := json.Unmarshal(data, &given); err != nil {
			return nil, ofTracksRequest(data, err)
		}
		return &given, nil
	case err == nil && kind == "application/x-www-form-urlencoded":
		form, err := url.ParseQuery(string(data))
		if err != nil {
			return nil, problem(http.StatusBadRequest, "the form cannot be read: %v", err)
		}
		for name, values := range form {
			if len(values) > 1 {
				return nil, wrong(cut(name), "%s is given %d times", cut(name), len(values))
			}
		}
		return &tracksRequest{form.Get("carrier"), form.Get("tracking_number"), form.Get("metadata")}, nil
	}
	return nil, problem(http.StatusUnsupportedMediaType, "the Content-Type is %q; application/json or application/x-www-form-urlencoded is wanted", c.Header.Get("Content-Type"))
}

// ofTracksRequest says what is wrong with the JSON of a request.
func ofTracksRequest(data []byte, err error) *problemError {
	if p := ofSyntax(data, err); p != nil {
		return p
	}
	return ofItem(err)
}

// track writes a parcel in Shippo's shape, as far as the tenant may see it; nil:
// nothing is known yet. All fields that have an empty value are there.
func (a *API) track(carrier, number string, p *shipmentlog.Parcel) *shippo.Track {
	t := &shippo.Track{
		Carrier: carrier, TrackingNumber: number, AddressFrom: &shippo.Place{}, AddressTo: &shippo.Place{}, ServiceLevel: &shippo.ServiceLevel{},
		TrackingStatus: a.shippoCode(status.CodeRegistered), TrackingHistory: []shippo.Status{}, Messages: []string{}, Test: new(false),
	}
	if p == nil || len(p.Shipments) == 0 {
		return t
	}
	newest := p.Lives()[0]
	shipment := &newest.Shipments[0]
	t.ETA, t.OriginalETA = targetOf(shipment.ETA), targetOf(shipment.OriginalETA)
	code := shipment.Code
	if n := len(newest.Registrations); n > 0 {
		r := &newest.Registrations[n-1]
		t.Metadata, t.Transaction, code = r.Metadata, r.Transaction, r.Code
		if r.Origin != nil {
			t.AddressFrom = shippo.AddressOf(r.Origin)
		}
		if r.Destination != nil {
			t.AddressTo = shippo.AddressOf(r.Destination)
		}
		if r.ServiceLevel != nil {
			t.ServiceLevel = shippo.ServiceOf(r.ServiceLevel)
		}
		t.TrackingStatus = a.shippoCode(code)
		t.TrackingStatus.ObjectID, t.TrackingStatus.ObjectCreated, t.TrackingStatus.ObjectUpdated = r.RegistrationID, r.RegisteredAt, r.UpdatedAt
		t.TrackingStatus.StatusDate = r.StatusAt
	}
	for i := range newest.Events {
		e := &newest.Events[i]
		if e.Type != schemas.TypeEvent {
			continue
		}
		t.TrackingHistory = append(t.TrackingHistory, *a.shippoEvent(e))
		if e.EventID == shipment.PresentEventID && e.Code == code { // else the tenant has corrected it (R7)
			t.TrackingStatus = a.shippoEvent(e)
		}
	}
	return t
}

func targetOf(g *shipmentlog.Target) string {
	if g == nil {
		return ""
	}
	return shippo.Target(g.Date, g.At)
}

func (a *API) shippoEvent(e *shipmentlog.Event) *shippo.Status {
	s := a.shippoCode(e.Code)
	s.ObjectID, s.ObjectCreated, s.ObjectUpdated, s.StatusDate = e.EventID, e.ObjectCreated, e.ObjectUpdated, &e.OccurredAt
	s.Substatus.ActionRequired = e.ActionRequired
	if e.Description != "" {
		s.StatusDetails = e.Description
	}
	if l := e.Location; l != (shipmentlog.Location{}) {
		s.Location = &shippo.Place{City: l.City, State: l.State, Zip: l.PostalCode, Country: l.Country}
	}
	return s
}

// shippoCode writes a code of the model in Shippo's words.
func (a *API) shippoCode(name string) *shippo.Status {
	word := a.cfg.Maps.Dialect("shippo").Word(name)
	s := &shippo.Status{Status: word.Status, Substatus: shippo.Substatus{Code: word.Detail}}
	if code := a.cfg.Model.Code(name); code != nil {
		s.StatusDetails, s.Substatus.Text, s.Substatus.ActionRequired = code.Title, code.Title, code.ActionRequired
	}
	return s
}

package api

import (
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"waybill/internal/apikeys"
	"waybill/schemas"
)

const (
	// maxBatch is how many parcels a request may name.
	maxBatch = 1000
	// maxBatchBytes bounds the body of such a request, packed and unpacked.
	maxBatchBytes = 2 << 20
)

// writeRoutes are those by which tenants follow parcels.
func (a *API) writeRoutes() []route {
	register := []string{apikeys.ScopeRegister}
	tracks := plain(http.MethodPost, "/tracks", register, a.createTrack).as(schemas.ActShipmentRegister)
	tracks.slash = true
	return append(a.actionRoutes(register, []string{apikeys.ScopeAdmin}),
		route{method: http.MethodPost, path: "/v4/trackings", scopes: register, do: a.registerTrackings, act: schemas.ActShipmentRegister, bodyLimit: maxBatchBytes},
		tracks)
}

// batch is the answer to a request with several parcels, in its order.
type batch struct {
	Accepted  int           `json:"accepted"`
	Refused   int           `json:"refused"`
	Trackings []*registered `json:"trackings"`
}

// registerTrackings follows parcels for a tenant (C1): it answers when Kafka has
// acknowledged all that it accepted. One item's fault is not the others'.
func (a *API) registerTrackings(c *call) (*answer, error) {
	items, err := c.readBatch()
	if err != nil {
		return nil, err
	}
	key := c.Header.Get(headerIdempotency)
	if p := checkIdempotencyKey(headerIdempotency, key); p != nil {
		return nil, p
	}
	at := time.Now().UTC().Truncate(time.Millisecond)
	made := &batch{Trackings: make([]*registered, len(items))}
	accepted, times := make([]schemas.Registration, 0, len(items)), make(map[string]int)
	for i, value := range items {
		r, result := a.take(c, value, at)
		if made.Trackings[i] = result; !result.Accepted {
			made.Refused++
			inItem(i, result.Problem)
			continue
		}
		if r.IdempotencyKey == "" && key != "" {
			r.IdempotencyKey = nthKey(key, times[result.RegistrationID])
			times[result.RegistrationID]++
		}
		accepted = append(accepted, *r)
	}
	if made.Accepted = len(accepted); made.Accepted == 0 {
		return nil, noneAccepted(made)
	}
	if err := a.publish(c, accepted); err != nil {
		return nil, err
	}
	return &answer{status: http.StatusAccepted, body: made}, nil
}

// take reads and judges one item.
func (a *API) take(c *call, value jsontext.Value, at time.Time) (*schemas.Registration, *registered) {
	item, p := readItem(value)
	if p != nil {
		r := &schemas.Registration{}
		if item != nil {
			r.Carrier, r.TrackingNumber = item.Carrier, item.TrackingNumber
		}
		return r, refused(r, p)
	}
	r := item.registration(c.tenant(), at)
	return r, a.judge(r)
}

// nthKey gives the idempotency key of a request to the nth item, from 0, about
// one parcel: the same request again gives the same keys, and of several items
// about a parcel the last one counts (R6).
func nthKey(key string, n int) string {
	if n == 0 {
		return key
	}
	return key + " " + strconv.Itoa(n+1)
}

// inItem names the item in what is wrong with it.
func inItem(i int, p *problemError) {
	place := "trackings[" + strconv.Itoa(i) + "]"
	if p.Field != "" {
		place += "." + p.Field
	}
	p.Field = place
}

// noneAccepted is the answer where nothing was accepted: what is wrong with the
// first item, and what became of each.
func noneAccepted(made *batch) *problemError {
	p := *made.Trackings[0].Problem
	p.Trackings = made.Trackings
	return &p
}

// readBatch reads the values of a request's items.
func (c *call) readBatch() ([]jsontext.Value, error) {
	data, err := c.readBytes()
	if err != nil {
		return nil, err
	}
	if err := checkContentType(c.Request); err != nil {
		return nil, err
	}
	if kind := jsontext.Value(data).Kind(); kind != '{' {
		return nil, problem(http.StatusBadRequest, `the body is %s; an object such as {"trackings": [{"carrier": "royal-mail", "tracking_number": "AB123456785GB"}]} is wanted`, told(data))
	}
	var body struct {
		Trackings []jsontext.Value `json:"trackings"`
	}
	if err := json.Unmarshal(data, &body, json.RejectUnknownMembers(true)); err != nil {
		return nil, ofBatch(data, err)
	}
	switch n := len(body.Trackings); {
	case n == 0:
		return nil, wrong("trackings", "trackings is empty; it has 1 to %d", maxBatch)
	case n > maxBatch:
		return nil, wrong("trackings", "trackings has %d; 1 to %d are allowed in a request", n, maxBatch)
	}
	return body.Trackings, nil
}

// ofBatch says what is wrong with the JSON of a whole request.
func ofBatch(data []byte, err error) *problemError {
	if p := ofSyntax(data, err); p != nil {
		return p
	}
	fault, is := errors.AsType[*json.SemanticError](err)
	if is && errors.Is(fault.Err, json.ErrUnknownName) {
		return unknown("field", fault.JSONPointer.LastToken(), []string{"trackings"})
	}
	return wrong("trackings", "trackings is no list")
}

// ofSyntax says why a body is no JSON, or not one that can be told apart; nil: it
// is.
func ofSyntax(data []byte, err error) *problemError {
	syntax, is := errors.AsType[*jsontext.SyntacticError](err)
	if !is {
		return nil
	}
	field := fieldOf(syntax.JSONPointer)
	if errors.Is(err, jsontext.ErrDuplicateName) {
		return wrong(field, "the name %q is there twice; which one is meant cannot be told", cut(syntax.JSONPointer.LastToken()))
	}
	line, column := lineAt(data, syntax.ByteOffset)
	return wrong(field, "the body is not JSON: line %d, column %d: %v", line, column, syntax.Err)
}

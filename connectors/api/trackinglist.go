package api

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"waybill/internal/shipmentlog"
	"waybill/schemas"
)

// maxFilterValue bounds a text that is looked for, in bytes.
const maxFilterValue = 200

// listTrackings lists a tenant's registrations by what it looks for.
func (a *API) listTrackings(c *call) (*answer, error) {
	q := queryOf(c.Request)
	f := a.trackingFilter(q)
	if err := q.done(); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(c.Context(), queryTimeout)
	defer cancel()
	page, err := a.cfg.Parcels.List(ctx, c.tenant(), f)
	if err != nil {
		return nil, ofLog(err)
	}
	return ok(map[string]any{"trackings": page.Registrations, "next": orNull(page.Next), "has_more": page.Next != ""})
}

func (a *API) trackingFilter(q *query) shipmentlog.Filter {
	f := shipmentlog.Filter{
		Number: schemas.CanonicalNumber(q.sought("number")), Reference: q.sought("reference"), Tag: q.sought("tag"), Text: q.sought("q"),
		Statuses: q.statuses(a), Codes: q.codes(a), States: q.listOf("state", shipmentlog.States()),
		RegisteredSince: q.time("registered_since"), RegisteredUntil: q.time("registered_until"),
		UpdatedSince: q.time("updated_since"), UpdatedUntil: q.time("updated_until"),
		Exception: q.flag("exception"), Unacknowledged: q.flag("unacknowledged"), Delayed: q.flag("delayed"), AtRisk: q.flag("at_risk"), Late: q.flag("late"),
		Order: q.oneOf("sort", shipmentlog.Orders()...), After: q.text("after"), Limit: q.limit(),
	}
	if carrier := q.sought("carrier"); carrier != "" {
		f.Carrier = a.cfg.Carriers.Canonical(carrier)
	}
	return f
}

// sought reads a text that something is looked for by.
func (q *query) sought(name string) string {
	text := q.text(name)
	if len(text) > maxFilterValue {
		q.blame(wrong(name, "%s has %d bytes; it may have %d", name, len(text), maxFilterValue))
	}
	return text
}

// flag reads true or false, nil if it is not given.
func (q *query) flag(name string) *bool {
	text := q.oneOf(name, "true", "false")
	if text == "" {
		return nil
	}
	is := text == "true"
	return &is
}

// listOf reads several of a few words.
func (q *query) listOf(name string, words []string) []string {
	all := q.list(name)
	for _, word := range all {
		if !slices.Contains(words, word) {
			q.blame(wrong(name, "%s is %s; it may be %s", name, strconv.Quote(word), strings.Join(words, ", ")))
		}
	}
	return all
}

// statuses and codes read main statuses and codes of the model.
func (q *query) statuses(a *API) []string {
	all := q.list("status")
	for i, name := range all {
		all[i] = strings.ToUpper(name)
		if a.cfg.Model.Status(all[i]) == nil {
			q.blame(wrong("status", "there is no status %.40q in the model; there is for example IN_TRANSIT", name))
		}
	}
	return all
}

func (q *query) codes(a *API) []string {
	all := q.list("code")
	for _, name := range all {
		if a.cfg.Model.Code(name) == nil {
			q.blame(wrong("code", "there is no code %.40q in the model; there is for example transit.moving", name))
		}
	}
	return all
}

package tracking

import (
	"slices"
	"strconv"
	"strings"

	"waybill/schemas"
	"waybill/schemas/status"
)

// webhook is one thing to be told, before it is known whom.
type webhook struct {
	id           string // of the event
	status, code string
	types        []string // that fit, the specific first
	previous     string   // status told before
	position     int      // in the history, 0 when it is no amendment
	firstTime    bool

	// news is of a carrier's event. What bodies say of it is made only when an
	// endpoint chose it, which most do not.
	news    *news
	event   *schemas.TrackingEvent
	changed []string
}

// write makes what bodies say of the event.
func (t *turn) write(s *shipment, w *webhook) {
	if w.event != nil {
		return
	}
	w.event = t.events.next()
	*w.event = t.trackingEvent(s, w.news.event)
	w.changed = t.facts(s).changedSince(w.news.before)
}

// statuses are those among which endpoints may have chosen the event.
func (w *webhook) statuses() []string {
	if w.code == status.CodeNotFound {
		return []string{w.status, notFound}
	}
	return []string{w.status}
}

// notify makes one webhook for each endpoint of the tenant that chose it,
// whatever the endpoint's state: delivery keeps the jobs of one that is
// disabled.
func (t *turn) notify(s *shipment, g *registration, w *webhook) {
	t.candidates = t.endpoints.Candidates(t.candidates[:0], g.tenant, w.types, w.statuses())
	for _, ep := range t.candidates {
		kind := chosen(ep.Types, w.types)
		if kind == "" || !wants(ep.Statuses, w.status, w.code) {
			continue
		}
		t.write(s, w)
		g.webhooks++
		t.out.changed = true
		job := schemas.WebhookJob{
			EndpointID: ep.EndpointID, Tenant: g.tenant, Carrier: t.carrier, TrackingNumber: t.number, Epoch: utc(s.epoch),
			RegistrationID: g.id, Cause: w.id, Sequence: g.nextFor(ep.EndpointID), Revision: s.revision,
			Type: kind, Types: w.types, Trigger: schemas.TriggerEvent, CreatedAt: utc(t.now),
		}
		job.JobID = hashHex("webhook", ep.EndpointID, g.id, job.Cause, strconv.FormatInt(job.Revision, 10))
		job.Body = t.body(s, g, ep, w, &job)
		t.out.jobs = append(t.out.jobs, job)
	}
}

// chosen gives the most specific of the types that fit and that an endpoint
// chose; an endpoint that chose none wants all.
func chosen(want, fits []string) string {
	for _, kind := range fits {
		if len(want) == 0 || slices.Contains(want, kind) {
			return kind
		}
	}
	return ""
}

// notFound is what endpoints call the code pending.not_found among statuses.
const notFound = "not_found"

// wants tells whether an endpoint chose a status; one that chose none wants
// all. expired, invalid and not_found are statuses here, in any case.
func wants(statuses []string, name, code string) bool {
	if len(statuses) == 0 {
		return true
	}
	return slices.ContainsFunc(statuses, func(s string) bool {
		return strings.EqualFold(s, name) || strings.EqualFold(s, notFound) && code == status.CodeNotFound
	})
}

// nextFor counts the webhooks made for an endpoint, without gaps (O3). The
// sequences are in the order of the endpoints' ids, in which these are asked,
// so that what one costs does not grow with their number.
func (g *registration) nextFor(endpoint string) int64 {
	i, known := slices.BinarySearchFunc(g.sequences, endpoint, func(q sequence, id string) int { return strings.Compare(q.endpoint, id) })
	if !known {
		g.sequences = slices.Insert(g.sequences, i, sequence{endpoint: endpoint})
	}
	g.sequences[i].last++
	return g.sequences[i].last
}

package tracking

import (
	"slices"

	"waybill/schemas"
	"waybill/schemas/status"
)

// backfill sends a new follower what is already known and is for it (R5): what
// occurred after the registration although it arrived before, and of what
// occurred before it nothing, the present, or all.
func (t *turn) backfill(s *shipment, g *registration) {
	if g.backfill == schemas.BackfillCurrent {
		if e := s.find(s.present.id); e != nil && t.before(e, g.registered) {
			g.current = e.id
		}
	}
	var send []*event
	for i := range s.history {
		e := s.history[i]
		if t.visible(g, e) && (g.backfill != schemas.BackfillNone || !s.toldBefore(t.rules, g, e)) {
			send = append(send, e)
		}
	}
	for i, e := range send {
		n := &news{
			event: e, arrived: e.key.arrived, before: t.facts(s),
			historical: t.before(e, g.registered), bare: i < len(send)-1,
		}
		if t.advances(s, g, e) {
			n.wins, n.became = true, t.codeOf(e.code)
		}
		n.opened = slices.DeleteFunc(slices.Clone(s.episodes), func(ep episode) bool { return ep.opening != e.id })
		n.resolved = slices.DeleteFunc(slices.Clone(s.episodes), func(ep episode) bool { return ep.closing != e.id })
		t.tellOne(s, g, n)
	}
}

// visible tells whether a registration is told of an event at all, live, in a
// backfill or in the history of a body (R5).
func (t *turn) visible(g *registration, e *event) bool {
	return g.backfill == schemas.BackfillAll || e.id == g.current && e.id != 0 || !t.before(e, g.registered)
}

// toldBefore tells whether the tenant had the event in an earlier window.
func (s *shipment) toldBefore(r *rules, g *registration, e *event) bool {
	return slices.ContainsFunc(s.registrations, func(o registration) bool {
		return o.tenant == g.tenant && o.id != g.id && o.follows(e.key.arrived) && !r.before(e, o.registered)
	})
}

// advances tells whether a known event moves the status that a new follower is
// shown, going through the history in order. What is in no map hides no status
// that is known.
func (t *turn) advances(s *shipment, g *registration, e *event) bool {
	code := t.codeOf(e.code)
	switch {
	case code.DataOnly, code.Status.OfRegistration, e.refused:
		return false
	case code.Name == status.CodeUnmapped:
		return s.present.code == status.CodeUnmapped
	}
	shown := t.model.Status(g.status)
	return shown == nil || shown.MayBecome(code)
}

package tracking

import (
	"slices"

	"waybill/schemas"
	"waybill/schemas/status"
)

// tell tells everyone who follows the parcel of what one event brought, each
// by what is in its window (R4) and for its eyes (R5).
func (t *turn) tell(s *shipment, n *news) {
	for i := range s.registrations {
		g := &s.registrations[i]
		if !g.follows(n.arrived) {
			continue
		}
		if g.backfill == schemas.BackfillCurrent && n.wins && t.before(n.event, g.registered) {
			g.current = n.event.id // newer than what was known when it registered
		}
		if t.visible(g, n.event) {
			n.historical = t.before(n.event, g.registered)
			t.tellOne(s, g, n)
		}
	}
}

// tellOne makes the webhooks of one registration on one event, and moves the
// status that it was told.
func (t *turn) tellOne(s *shipment, g *registration, n *news) {
	code := t.codeOf(n.event.code)
	transition := n.became != nil && g.status != n.became.Status.Name && t.corrected(s, g) == nil
	if transition {
		code = n.became // of another event, where this one made that the present
	}
	name := code.Status.Name
	w := webhook{
		news: n, id: t.eventID(n.event.id), status: name, code: code.Name,
		types: t.typesOf(g, n, code, transition), previous: g.status,
	}
	if n.late || n.recoded {
		w.position = t.positionOf(s, g, n.event.id)
	}
	if transition {
		w.firstTime = g.show(name)
	}
	t.notify(s, g, &w)
}

// typesOf gives all webhook types that fit an event, the specific first. A
// late event that does not become the present amends the history and nothing
// else (O4); a revision is told for what it changed (I4).
func (t *turn) typesOf(g *registration, n *news, code *status.Code, transition bool) []string {
	told := !n.retracted && (!n.late && !n.revised || n.wins || n.recoded || transition)
	forth := transition && !n.retracted // and not back to what was told before
	fits := []struct {
		kind string
		fits bool
	}{
		{schemas.TypeDelivered, forth && code.Status.Name == status.Delivered},
		{schemas.TypeExceptionOpened, told && len(n.opened) > 0},
		{schemas.TypeExceptionResolved, told && len(n.resolved) > 0},
		{schemas.TypeDelayCleared, slices.Contains(n.cleared, g.id)},
		{schemas.TypeETAChanged, n.etaMoved},
		{schemas.TypeReturning, forth && code.Status.Name == status.Returning},
		{schemas.TypeHistoryAmended, n.late || n.recoded},
		{schemas.TypeEventRetracted, n.retracted},
		{schemas.TypeMilestone, (n.wins || forth) && code.Milestone},
		{schemas.TypeStatusChanged, transition},
		{schemas.TypeEvent, told},
	}
	from := len(t.types)
	for _, f := range fits {
		if f.fits {
			t.types = append(t.types, f.kind)
		}
	}
	return slices.Clip(t.types[from:])
}

// notifyAlone tells one registration of an event that the rules noticed by
// themselves and that no carrier's event caused.
func (t *turn) notifyAlone(s *shipment, g *registration, e *schemas.TrackingEvent) {
	changed := []string{"delay"}
	switch e.Type {
	case schemas.TypeExpired, schemas.TypeInvalid, schemas.TypeRefused:
		changed = []string{"window"}
	case schemas.TypeStalled:
		changed = []string{"stalled_at"}
	case schemas.TypeNotFound:
		changed = []string{"code"}
	}
	t.notify(s, g, &webhook{
		id: e.EventID, status: e.Status, code: e.Code, types: []string{e.Type}, previous: g.status,
		event: e, changed: changed,
	})
}

// positionOf gives an event's place in the history as the registration sees
// it: 1 is the oldest. It is 0 for an event that has left the history.
func (t *turn) positionOf(s *shipment, g *registration, id uint64) int {
	position := 0
	for i := range s.history {
		if t.visible(g, s.history[i]) {
			position++
		}
		if s.history[i].id == id {
			return position
		}
	}
	return 0
}

// facts are what a webhook calls changed.
type facts struct {
	status, code, leg          string
	eta, original              target
	start, stop, delivered     uint64
	attempts, events, episodes int
	open                       int // exceptions
}

func (t *turn) facts(s *shipment) facts {
	f := facts{
		status: t.status(s).Name, code: s.present.code, leg: s.legOrForward(),
		eta: s.eta, original: s.originalETA,
		start: s.clockStart.id, stop: s.clockStop.id, delivered: s.delivered.id,
		attempts: s.attempts, events: s.events, episodes: len(s.episodes),
	}
	for i := range s.episodes {
		if s.episodes[i].closing == 0 {
			f.open++
		}
	}
	return f
}

// changedSince names what of a shipment changed.
func (f facts) changedSince(was facts) []string {
	names := make([]string, 0, 12) // as many as there are
	for _, c := range []struct {
		name string
		is   bool
	}{
		{"status", f.status != was.status},
		{"code", f.code != was.code},
		{"leg", f.leg != was.leg},
		{"eta", f.eta != was.eta},
		{"original_eta", f.original != was.original},
		{"clock_start", f.start != was.start},
		{"clock_stop", f.stop != was.stop},
		{"delivered_at", f.delivered != was.delivered},
		{"attempts", f.attempts != was.attempts},
		{"exceptions", f.episodes != was.episodes || f.open != was.open},
		{"history", f.events != was.events},
	} {
		if c.is {
			names = append(names, c.name)
		}
	}
	return names
}

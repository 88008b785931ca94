package tracking

import (
	"waybill/schemas"
)

// What delay is measured against (D1).
const (
	measurePromised = "promised"
	measureETA      = "original_eta"
)

// measureOf gives what a registration's delay is measured against: its own
// promise, else the carrier's first ETA, else nothing (D1).
func measureOf(s *shipment, g *registration) (name string, to target) {
	switch {
	case g.promise.isSet():
		return measurePromised, g.promise
	case s.originalETA.isSet():
		return measureETA, s.originalETA
	}
	return "", target{}
}

// deadline gives the instant from which on a measure has passed. A day ends in
// its zone; where that is not known, when it is over everywhere, for a delay
// is a fact (D2).
func (t *turn) deadline(g target) int64 {
	if g.date == "" {
		return g.at + 1
	}
	k := &t.deadlines[int(g.date[len(g.date)-1])%len(t.deadlines)]
	if k.target != g {
		*k = knownDeadline{target: g, at: t.endOf(g)}
	}
	return k.at
}

// knownDeadline is the end of a day as it was found: each look at the timers
// asks for it.
type knownDeadline struct {
	target target
	at     int64
}

func (r *rules) endOf(g target) int64 {
	date, ok := parseDay(g.date)
	if !ok {
		return never
	}
	return endOfDay(date, r.zones.find(g.zone))
}

// inTime tells whether the stop of the clock kept to a measure. Where either
// is a day, calendar days are compared as written (D2).
func (t *turn) inTime(g target, stop *mark) bool {
	if g.date != "" || stop.precision == schemas.PrecisionDay {
		return stop.day() <= t.dayOf(g)
	}
	return stop.occurred <= g.at
}

// delayDue gives when the next registration of a shipment becomes delayed. What
// came before that instant and still waits for its order is heard first.
func (t *turn) delayDue(s *shipment) int64 {
	due := never
	for i := range s.registrations {
		due = min(due, t.delayDueOf(s, &s.registrations[i]))
	}
	return due
}

func (t *turn) delayDueOf(s *shipment, g *registration) int64 {
	name, to := measureOf(s, g)
	if name == "" || g.state != stateActive || g.delayedBy(name, to) {
		return never
	}
	if t.stopOf(s, g).id != 0 || t.over(s, g) {
		return never
	}
	due := t.deadline(to)
	if due >= g.expires {
		return never // the window is half-open (R4): it is over when the measure passes
	}
	return max(due, s.settledBy(due))
}

// settledBy gives when all that arrived before an instant and waits for its
// order is released.
func (s *shipment) settledBy(instant int64) int64 {
	settled := int64(0)
	for _, p := range s.held {
		if p.held == schemas.DecisionHeldReorder && p.key.arrived < instant {
			settled = max(settled, p.due)
		}
	}
	return settled
}

// delayedBy tells whether this measure was found to have passed.
func (g *registration) delayedBy(name string, to target) bool {
	return g.measure == name && g.measured == to
}

// findDelays notes that a measure has passed and the clock has not stopped,
// once for each registration and measure (D2).
func (t *turn) findDelays(s *shipment) {
	for i := range s.registrations {
		g := &s.registrations[i]
		if t.delayDueOf(s, g) > t.now {
			continue
		}
		name, to := measureOf(s, g)
		t.touch(s)
		g.measure, g.measured, g.delayed, g.cleared = name, to, t.now, 0
		e := t.derivedEvent(s, schemas.TypeDelayed, g.id, name, to.write())
		e.Tenant, e.RegistrationID = g.tenant, g.id
		e.OccurredAt, e.Severity = utc(t.deadline(to)), 1
		e.Description = "The " + measureInWords(name) + " " + to.write() + " passed without a delivery or an attempt."
		e.Evidence = map[string]string{"measure": name, "target": to.write(), "passed_at": stamp(t.deadline(to))}
		t.out.events = append(t.out.events, e)
		t.notifyAlone(s, g, &e)
	}
}

func measureInWords(name string) string {
	if name == measureETA {
		return "carrier's first ETA"
	}
	return "promised time"
}

// clearDelays withdraws delays that proved to be none, because a stop that was
// in time came late (D2).
func (t *turn) clearDelays(s *shipment, n *news) {
	for i := range s.registrations {
		g := &s.registrations[i]
		if g.delayed == 0 || g.cleared != 0 {
			continue
		}
		name, to := measureOf(s, g)
		stop := t.stopOf(s, g)
		if name == "" || stop.id == 0 || !t.inTime(to, stop) {
			continue
		}
		e := t.clearDelay(s, g, "A stop that was in time was heard of late.")
		e.OccurredAt = utc(stop.occurred)
		e.Evidence = map[string]string{"measure": name, "target": to.write(), "stopped": stop.day(), "stopped_by": eventID(stop.id)}
		t.out.events = append(t.out.events, e)
		n.cleared = append(n.cleared, g.id)
	}
}

// clearDelay marks the registration's delay as none and makes the event that
// says so.
func (t *turn) clearDelay(s *shipment, g *registration, why string) schemas.TrackingEvent {
	g.cleared = t.now
	e := t.derivedEvent(s, schemas.TypeDelayCleared, g.id, g.measure, g.measured.write())
	e.Tenant, e.RegistrationID, e.Description = g.tenant, g.id, why
	return e
}

// moveMeasure withdraws a delay whose measure is no longer the measure (D2).
func (t *turn) moveMeasure(s *shipment, g *registration) {
	name, to := measureOf(s, g)
	if g.delayed == 0 || g.cleared != 0 || g.delayedBy(name, to) {
		return
	}
	e := t.clearDelay(s, g, "What the delay was measured against has changed.")
	e.Evidence = map[string]string{"measure": name, "target": to.write()}
	t.out.events = append(t.out.events, e)
	t.notifyAlone(s, g, &e)
}

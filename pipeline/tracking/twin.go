package tracking

import (
	"cmp"
	"slices"
	"sort"
	"time"

	"waybill/schemas"
	"waybill/schemas/status"
)

// sameWithin is how far apart two tellings of one event can lie in order: a day
// as written, seen from the first and from the last zone on earth.
const sameWithin = int64((24*time.Hour + earliestZone - latestZone) / time.Millisecond)

// twin finds the event of the history that another source told before (I3), the
// first in order that may be it.
func (t *turn) twin(s *shipment, p *event) *event {
	if s.gist.onlyFrom(p.source) {
		return nil // what one source tells twice happened twice
	}
	from := sort.Search(len(s.history), func(i int) bool { return s.history[i].key.at >= p.key.at-sameWithin })
	for i := from; i < len(s.history) && s.history[i].key.at <= p.key.at+sameWithin; i++ {
		if e := s.history[i]; t.same(e, p) {
			return e
		}
	}
	return nil
}

// same tells whether two events are one that several sources told (I3): the
// same code at the same time, and no source in both, for what one source tells
// twice happened twice. What nobody could map is never the same.
func (r *rules) same(a, b *event) bool {
	if a.source == b.source || a.code != b.code || a.code == status.CodeUnmapped {
		return false
	}
	for i := range b.tellings() {
		if a.tellingOf(b.telling(i).source) >= 0 {
			return false
		}
	}
	return r.sameTime(a, b)
}

// sameTime compares two times at the coarser of their precisions: instants, or,
// where either has no zone or is a day, what the clocks there said.
func (r *rules) sameTime(a, b *event) bool {
	unit, digits := time.Second, len(localLayout)
	switch {
	case a.precision == schemas.PrecisionDay || b.precision == schemas.PrecisionDay:
		unit, digits = 0, len(dateLayout)
	case a.precision == schemas.PrecisionMinute || b.precision == schemas.PrecisionMinute:
		unit, digits = time.Minute, len("2006-01-02T15:04")
	}
	if unit > 0 && a.zoned() && b.zoned() {
		return utc(a.occurred).Truncate(unit).Equal(utc(b.occurred).Truncate(unit))
	}
	return r.wallClock(a)[:digits] == r.wallClock(b)[:digits]
}

// zoned tells whether the event's instant is known: by a zone, or because the
// source gives nothing but an instant.
func (e *event) zoned() bool {
	return e.zone != "" || e.local.form == localNone && e.confidence != schemas.ConfidenceAssumedUTC
}

// wallClock gives the event's local time in full, as written, or else in its
// zone or in UTC.
func (r *rules) wallClock(e *event) string {
	switch e.local.form {
	case localDateTime:
		return e.local.write(e.occurred)
	case localDate:
		return e.local.write(e.occurred) + "T00:00:00"
	}
	zone := r.zones.find(e.zone)
	if zone == nil {
		zone = time.UTC
	}
	return time.UnixMilli(e.occurred).In(zone).Format(localLayout)
}

// joinHeld makes one of what several sources told of the same event while it
// waits for its order. So within the hold it does not matter which came first.
func (t *turn) joinHeld(s *shipment) {
	if !slices.ContainsFunc(s.held, func(p *pending) bool { return p.source != s.held[0].source }) {
		return
	}
	waiting := slices.DeleteFunc(slices.Clone(s.held), func(p *pending) bool {
		return p.held != schemas.DecisionHeldReorder && (p.due > t.now || p.held == schemas.DecisionHeldOrphan)
	})
	slices.SortFunc(waiting, func(a, b *pending) int { // whatever order they came in
		return cmp.Or(cmp.Compare(a.key.at, b.key.at), cmp.Compare(a.id, b.id))
	})
	joined := map[*pending]bool{}
	for i, p := range waiting {
		for _, q := range waiting[i+1:] {
			if joined[p] || joined[q] || !t.same(&p.event, &q.event) {
				continue
			}
			if q.telling(int(q.highest())).above(p.telling(int(p.highest()))) {
				p, q = q, p
			}
			t.joinPending(s, p, q)
			joined[q] = true
		}
	}
	s.held = slices.DeleteFunc(s.held, func(p *pending) bool { return joined[p] })
}

// joinPending takes what a lower source told into what a higher one did. It
// has waited since the first of them came.
func (t *turn) joinPending(s *shipment, p, q *pending) {
	learned, _ := p.learn(&q.event)
	p.due, p.created, p.key.arrived = min(p.due, q.due), min(p.created, q.created), min(p.key.arrived, q.key.arrived)
	if !p.eta.isSet() && q.eta.isSet() {
		p.eta, p.etaReason, p.etaSource, learned = q.eta, q.etaReason, q.etaSource, true
	}
	if !p.is(q.id) {
		s.forgetEvent(&q.event) // no room for one more source
	}
	t.decide(s, q, alreadyTold(learned, p.id))
}

// alreadyTold is the decision on what another source told before (I3).
func alreadyTold(learned bool, other uint64) because {
	if learned {
		return because{schemas.DecisionRevision, "I3", "Another source told of it; the event now tells more and does not count again.", other}
	}
	return because{schemas.DecisionDuplicate, "I3", "Another source told of it, and no less.", other}
}

package tracking

import (
	"slices"
	"time"

	"waybill/schemas"
)

// notableMove is the least move of an ETA instant that is told (D1).
const notableMove = int64(time.Hour / time.Millisecond)

// etaMove is what an event did to the ETA.
type etaMove uint8

const (
	etaStays    etaMove = iota
	etaMoved            // a row of the ETA history, and no more
	etaMovedFar         // by an hour or more, or to another day
)

func etaOf(e *schemas.CarrierEvent) target {
	g := target{date: text(e.ETADate), zone: clip(text(e.ETAZone), maxName)}
	if e.ETAAt != nil {
		g.at = e.ETAAt.UnixMilli()
	}
	return g
}

// moveETA takes over the ETA that an event brings (D1), unless it is older
// word than the present ETA's. The first one is kept for ever. cause is the id
// that the event has in the history.
func (t *turn) moveETA(s *shipment, p *pending, cause uint64) etaMove {
	if !p.eta.isSet() {
		return etaStays
	}
	known := s.eta.isSet()
	if known && (p.key.at < s.etaKey.at || p.key.at == s.etaKey.at && p.received < s.etaReceived) {
		return etaStays
	}
	from := s.eta
	s.eta, s.etaKey, s.etaReceived = p.eta, p.key, p.received
	t.out.changed = true
	if !known {
		s.originalETA = p.eta
	}
	if from == p.eta {
		return etaStays
	}
	s.etaChanges = append(s.etaChanges, etaChange{
		cause: cause, changed: p.key.arrived, from: from, to: p.eta, source: p.etaSource, reason: p.etaReason,
	})
	if over := len(s.etaChanges) - maxETAChanges; over > 0 {
		s.etaChanges = slices.Delete(s.etaChanges, 0, over)
	}
	if known && t.farFrom(from, p.eta) {
		return etaMovedFar
	}
	return etaMoved
}

// farFrom tells whether two ETAs are an hour or more apart, or on different
// days.
func (t *turn) farFrom(a, b target) bool {
	if a.at != 0 && b.at != 0 && max(a.at-b.at, b.at-a.at) >= notableMove {
		return true
	}
	return t.dayOf(a) != t.dayOf(b)
}

// dayOf gives a target's calendar day: as written, or that of its instant, in
// its zone where one is known.
func (t *turn) dayOf(g target) string {
	if g.date != "" {
		return g.date
	}
	zone := t.zones.find(g.zone)
	if zone == nil {
		zone = time.UTC
	}
	return time.UnixMilli(g.at).In(zone).Format(dateLayout)
}

// write gives a target as people write it.
func (g target) write() string {
	switch {
	case g.date != "":
		return g.date
	case g.at != 0:
		return stamp(g.at)
	}
	return ""
}

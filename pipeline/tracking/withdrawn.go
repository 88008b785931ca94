package tracking

import (
	"slices"

	"waybill/schemas"
)

// maxWithdrawn is how many withdrawn events a shipment knows by more than their
// identities.
const maxWithdrawn = 8

// remember keeps what tells whether another source speaks of a withdrawn event
// (I3, O8).
func (r *retractions) remember(e *event) {
	kept := event{
		id: e.id, key: e.key, occurred: e.occurred, local: e.local, zone: e.zone, precision: e.precision, confidence: e.confidence,
		received: e.received, created: e.key.arrived, code: e.code, leg: e.leg, source: e.source, sourceKind: e.sourceKind,
		told: slices.Clone(e.told), decision: schemas.DecisionAccepted,
	}
	r.scans = append(r.scans, kept)
	if over := len(r.scans) - maxWithdrawn; over > 0 {
		r.scans = slices.Delete(r.scans, 0, over)
	}
}

// staysWithdrawn tells whether the event is one that another source told and
// that was withdrawn. Sources that follow the carrier tell of it later; the
// first to hear that it was none has said so.
func (t *turn) staysWithdrawn(s *shipment, p *pending) bool {
	at := slices.IndexFunc(s.retractions.scans, func(e event) bool { return t.same(&e, &p.event) })
	if at < 0 {
		return false
	}
	for _, id := range p.ids() {
		s.retractions.add(id)
	}
	t.decide(s, p, because{schemas.DecisionDuplicate, "O8", "Another source told of it; it was withdrawn and stays so.", s.retractions.scans[at].id})
	t.out.changed = true
	return true
}

func layoutWithdrawn(c *coder, scans *[]event) {
	before := &event{}
	list(c, scans, func(c *coder, e *event) {
		layoutEvent(c, e, before)
		before = e
	})
}

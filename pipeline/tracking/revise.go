package tracking

import (
	"waybill/schemas"
	"waybill/schemas/status"
)

// revise deals with a revision of an event of the history (I4): what it knows
// more is kept, and it is sent again only if its code changed or it moved the
// ETA.
func (t *turn) revise(s *shipment, known *event, p *pending) {
	before := t.facts(s)
	oldCode := known.code
	learned := known.learn(p)
	arrived := p.key.arrived
	p.key = known.key
	p.key.arrived = arrived
	moved := t.moveETA(s, p)
	if !learned && moved == etaStays {
		t.decide(s, p, because{schemas.DecisionRevision, "I4", "A known event in other words that tell nothing new.", p.id})
		return
	}
	t.touch(s)
	s.hear(p.key.arrived)
	known.updated = t.now
	n := &news{arrived: p.key.arrived, revised: true, before: before, etaMoved: moved == etaMovedFar}
	reason := "A known event that now tells more; it does not count again."
	if n.recoded = known.code != oldCode; n.recoded {
		known = t.recode(s, known, oldCode, n)
		reason = "A known event whose code changed from " + oldCode + " to " + known.code + "."
	}
	n.event = known
	t.publish(s, known)
	t.decide(s, p, because{schemas.DecisionRevision, "I4", reason, p.id})
	t.derive(s, n)
	if n.recoded || n.etaMoved {
		t.tell(s, n)
	}
}

// learn takes over what a revision knows more: what was empty, a longer text,
// or the code of one that was received later. It gives whether anything did.
func (e *event) learn(p *pending) bool {
	learned := false
	fill := func(have *string, given string, better bool) {
		if given != "" && given != *have && (*have == "" || better) {
			*have, learned = given, true
		}
	}
	fill(&e.description, p.description, len(p.description) > len(e.description))
	fill(&e.signedBy, p.signedBy, false)
	if p.location != nil {
		place := schemas.Location{}
		if e.location != nil {
			place = *e.location
		}
		fill(&place.Name, p.location.Name, len(p.location.Name) > len(place.Name))
		fill(&place.City, p.location.City, false)
		fill(&place.State, p.location.State, false)
		fill(&place.PostalCode, p.location.PostalCode, false)
		fill(&place.Country, p.location.Country, false)
		e.location = &place
	}
	wasMapped := e.code != status.CodeUnmapped
	if p.code != e.code && p.code != status.CodeUnmapped && (p.received > e.received || !wasMapped) {
		e.code, e.mapVersion, learned = p.code, p.mapVersion, true
		e.key.rank = p.key.rank
	}
	if learned {
		e.hash, e.received = p.hash, max(e.received, p.received)
	}
	return learned
}

// recode computes anew what rested on an event whose code changed: its place,
// the marks, the present, the episodes. It gives the event where it now lies.
func (t *turn) recode(s *shipment, known *event, oldCode string, n *news) *event {
	id := known.id
	was, is := t.codeOf(oldCode), t.codeOf(known.code)
	if was.AttemptFailure {
		s.attempts--
	}
	if is.AttemptFailure {
		s.attempts++
	}
	present := s.present.id
	s.sortHistory()
	t.walk(s)
	t.remark(s)
	known = s.find(id)
	n.wins = s.present.id == id
	if n.wins || s.present.id != present {
		n.became = t.codeOf(s.present.code)
	}
	t.revisit(s, known, n)
	return known
}

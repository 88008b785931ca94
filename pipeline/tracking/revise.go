package tracking

import (
	"waybill/schemas"
)

// revise deals with what is told again of an event of the history, in other
// words (I4) or by another source (I3): what that knows more is kept, and it is
// sent again only if it changed the code or the present, or moved the ETA.
func (t *turn) revise(s *shipment, known *event, p *pending, rule string) {
	same, again := known.says(&p.event)
	if again {
		t.decide(s, p, sameContent(known.id))
		return
	}
	before, was := t.facts(s), *known
	learned, named := known.learn(&p.event)
	s.gist.add(known)
	moved := etaStays
	if !same {
		arrived := p.key.arrived
		p.key = known.key
		p.key.arrived = arrived
		moved = t.moveETA(s, p, known.id)
	}
	if !known.is(p.id) { // no room for one more source
		s.forgetEvent(&p.event)
		t.out.changed = true
	}
	learned = learned || moved != etaStays
	if !learned && !named {
		t.decide(s, p, revised(&was, known, rule, same, false))
		return
	}
	t.touch(s)
	if learned {
		s.hear(p.key.arrived)
	}
	known.alter()
	known.updated = t.now
	n := &news{arrived: p.key.arrived, revised: true, before: before, etaMoved: moved == etaMovedFar, recoded: known.code != was.code}
	why := revised(&was, known, rule, same, learned)
	if n.recoded || known.key != was.key || known.occurred != was.occurred {
		t.replace(s, known, &was, n)
	}
	n.event = known
	t.publish(s, known)
	t.decide(s, p, why)
	t.derive(s, n)
	if n.recoded || n.etaMoved || n.became != nil {
		t.tell(s, n)
	}
}

// revised is the decision on what was told again.
func revised(was, known *event, rule string, same, learned bool) because {
	switch {
	case known.code != was.code:
		return because{schemas.DecisionRevision, "I4", "A known event whose code changed from " + was.code + " to " + known.code + ".", known.id}
	case same:
		return sameContent(known.id)
	case rule == "I3":
		return alreadyTold(learned, known.id)
	case learned:
		return because{schemas.DecisionRevision, "I4", "A known event that now tells more; it does not count again.", known.id}
	}
	return because{schemas.DecisionRevision, "I4", "A known event in other words that tell nothing new.", known.id}
}

// replace computes anew what rested on an event whose code or time changed: its
// place, the marks, the present, the episodes.
func (t *turn) replace(s *shipment, known, was *event, n *news) {
	if t.codeOf(was.code).AttemptFailure {
		s.attempts--
	}
	if t.codeOf(known.code).AttemptFailure {
		s.attempts++
	}
	present := s.present.id
	s.sortHistory()
	t.recount(s, was)
	t.walk(s)
	t.remark(s)
	n.wins = s.present.id == known.id
	if n.wins && n.recoded || s.present.id != present {
		n.became = t.codeOf(s.present.code)
	}
	t.revisit(s, known, n)
}

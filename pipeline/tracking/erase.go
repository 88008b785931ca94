package tracking

import (
	"slices"

	"waybill/schemas"
)

// Erasure of a person's data (P1), at a request that a tenant or an operator
// passes on. What is erased names or places a person, or is text that somebody
// typed: who signed, places but for their country, the source's own words, and of a
// registration metadata, reference, transaction, tags, addresses but for state and
// country, and the reasons of acts. What stays is what the parcel's account rests
// on: that there were events, their codes and times, promises, delays, figures.
//
// What a tenant gave is its own to erase. What the carrier said is the shipment's,
// and no tenant may change what another is told (R10). So it goes when the last
// tenant who follows the parcel has asked, or at the word of an operator; until
// then those who have asked are not shown it, as if it were gone, for none may
// learn from an erasure that there is another.
//
// The state remembers the erasure for as long as it knows the parcel. What a
// carrier or a tenant says again is erased as it comes in. Identities and hashes
// of content stay, for no person can be told from them: so what is sent again is
// the duplicate that it was before (I2, I4).

// erase erases what a tenant may have erased, in all lives of the number that it
// has anything to do with.
func (t *turn) erase(a *act) (refusal string) {
	if slices.Contains(t.operators, a.raw.Tenant) {
		t.eraseAll(a)
		return ""
	}
	found := false
	for _, s := range t.state.shipments {
		if g := s.newestOf(a.raw.Tenant); g != nil {
			found = true
			t.eraseOwn(&act{raw: a.raw, arrived: a.arrived, shipment: s, registration: g})
		}
	}
	if !found {
		return "The tenant does not follow this parcel."
	}
	return ""
}

// eraseAll does it at the word of an operator: for all who follow the parcel, in
// every life of the number, known or not. What waits for somebody to follow it is
// erased as well.
func (t *turn) eraseAll(a *act) {
	for _, s := range t.state.shipments {
		if s.revision == 0 {
			t.eraseShipment(s)
			t.out.changed = true
			continue
		}
		t.begins(&act{raw: a.raw, arrived: a.arrived, shipment: s, registration: s.newestOf(a.raw.Tenant)})
		for i := range s.registrations {
			s.registrations[i].erase()
		}
		t.eraseShipment(s)
	}
	t.audit(a, map[string]string{})
	t.tellErased(a.shipment, map[string]string{schemas.EvidenceLives: schemas.LivesAll})
}

// eraseOwn does it at the word of a tenant, in one life.
func (t *turn) eraseOwn(a *act) {
	s := a.shipment
	t.begins(a)
	for i := range s.registrations {
		if g := &s.registrations[i]; g.tenant == a.raw.Tenant {
			g.erase()
		}
	}
	t.audit(a, map[string]string{})
	if s.erased || slices.ContainsFunc(s.registrations, func(g registration) bool { return !g.erased }) {
		return
	}
	t.eraseShipment(s)
	t.tellErased(s, nil)
}

// eraseShipment erases what the carrier said, and publishes the events as they
// now stand.
func (t *turn) eraseShipment(s *shipment) {
	s.erased = true
	for _, e := range s.history {
		if e.erase() {
			e.updated = t.now
			t.publish(s, e)
		}
	}
	for _, p := range s.held {
		p.erase()
	}
	for i := range s.etaChanges {
		s.etaChanges[i].reason = ""
	}
}

// tellErased has the data erased where it is kept beside the state.
func (t *turn) tellErased(s *shipment, evidence map[string]string) {
	if s == nil {
		s = &shipment{present: present{code: t.registered.Name}} // the state does not know the parcel, the tables may
	}
	e := t.derivedEvent(s, schemas.TypeErased)
	e.Description, e.Evidence = "What was said of persons was erased.", evidence
	t.out.events = append(t.out.events, e)
}

// erase leaves of an event what says nothing of a person. It gives whether there
// was anything.
func (e *event) erase() (had bool) {
	e.alter()
	place := e.location.Erased()
	had = e.description != "" || e.rawStatus != "" || e.signedBy != "" || e.location != nil && (place == nil || *place != *e.location)
	e.description, e.rawStatus, e.signedBy, e.location = "", "", "", place
	return had
}

func (p *pending) erase() {
	p.event.erase()
	p.etaReason = ""
}

// erase leaves of a registration what says nothing of a person.
func (g *registration) erase() {
	g.erased = true
	g.metadata, g.reference, g.transaction, g.extras.tags = "", "", "", nil
	g.origin, g.destination = g.origin.Erased(), g.destination.Erased()
	g.byHand.reason = ""
}

// withoutPersons gives a registration without what it says of persons.
func withoutPersons(raw *schemas.Registration) *schemas.Registration {
	bare := *raw
	bare.Metadata, bare.Reference, bare.Transaction, bare.Tags = "", "", "", nil
	bare.Origin, bare.Destination = raw.Origin.Erased(), raw.Destination.Erased()
	return &bare
}

// newestOf gives a tenant's last registration, in whatever state, or nil.
func (s *shipment) newestOf(tenant string) *registration {
	for i := range slices.Backward(s.registrations) {
		if g := &s.registrations[i]; g.tenant == tenant {
			return g
		}
	}
	return nil
}

// erasedFor tells whether what a tenant says of the parcel's persons is not kept.
func (s *shipment) erasedFor(tenant string) bool {
	g := s.newestOf(tenant)
	return s.erased || g != nil && g.erased
}

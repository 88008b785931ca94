package tracking

import (
	"maps"
	"slices"
	"strconv"

	"waybill/schemas"
)

// byHandSource is the source of what people did.
const byHandSource = "by-hand"

// act is something that a tenant asks for by hand (R7).
type act struct {
	raw     *schemas.Registration
	arrived int64
	// What it is about. Both are nil where the tenant follows nothing that it
	// could be about.
	shipment     *shipment
	registration *registration
}

// isAct tells whether a registration asks for something else than to follow a
// parcel.
func isAct(raw *schemas.Registration) bool {
	return raw.Action != "" && raw.Action != schemas.ActionRegister
}

// audits gives the type of the event that keeps what was done.
func audits(action string) string { return "action." + action }

// act carries out what a tenant asks for by hand, once for each idempotency
// key. What cannot be done changes nothing, and is recorded with the reason.
func (t *turn) act(raw *schemas.Registration, arrived int64) {
	if t.sentBefore(raw) {
		return
	}
	a := &act{raw: raw, arrived: arrived}
	a.shipment = t.lifeWith(raw.EventID)
	if a.shipment != nil {
		a.registration = a.shipment.activeOf(raw.Tenant, arrived)
	}
	if why := t.carryOut(a); why != "" {
		t.refuse(a, why)
	}
}

// carryOut does it, or tells why not.
func (t *turn) carryOut(a *act) (refusal string) {
	switch a.raw.Action {
	case schemas.ActionRetract:
		return t.retractByHand(a)
	case schemas.ActionErase:
		return t.erase(a)
	}
	if a.registration == nil {
		return t.whyNobody(a)
	}
	switch a.raw.Action {
	case schemas.ActionStop:
		return t.stop(a)
	case schemas.ActionClose:
		return t.close(a)
	case schemas.ActionCorrect:
		return t.correct(a)
	case schemas.ActionAcknowledge:
		return t.acknowledge(a)
	case schemas.ActionChangeCarrier:
		return t.changeCarrier(a)
	}
	return "The action is not known." // Decode lets no such through
}

// whyNobody tells why there is no registration to act on.
func (t *turn) whyNobody(a *act) string {
	if a.shipment != nil {
		for _, g := range slices.Backward(a.shipment.registrations) {
			if g.tenant == a.raw.Tenant {
				return "The tenant's registration is " + g.state + "."
			}
		}
	}
	return "The tenant does not follow this parcel."
}

// lifeWith finds the life of the number that has an event, or the newest where
// none is named or none has it. It is nil where nothing is known in public.
func (t *turn) lifeWith(event string) *shipment {
	id := parseEventID(event)
	for _, s := range slices.Backward(t.state.shipments) {
		if id != 0 && s.revision > 0 && (s.findTold(id) != nil || s.findHeld(id) != nil || s.episodeOf(id) != nil) {
			return s
		}
	}
	if s := t.state.newest(); s != nil && s.revision > 0 {
		return s
	}
	return nil
}

// activeOf returns a tenant's registration whose window is open, or nil.
func (s *shipment) activeOf(tenant string, arrived int64) *registration {
	for i := range s.registrations {
		if g := &s.registrations[i]; g.tenant == tenant && g.state == stateActive && g.open(arrived) {
			return g
		}
	}
	return nil
}

// begins counts the change that an act is. It comes before the records that
// bear the new revision.
func (t *turn) begins(a *act) {
	t.touch(a.shipment)
	if a.registration != nil {
		a.registration.remember(a.raw)
	}
}

// audit writes down what was done, by whom and why, for its tenant alone. It
// gives the event for webhooks.
func (t *turn) audit(a *act, evidence map[string]string) *schemas.TrackingEvent {
	s := a.shipment
	if s == nil {
		// Nothing is known of the number, so it has no epoch either: as with
		// decisions on orphans, 0 stands for none.
		s = &shipment{present: present{code: t.registered.Name}}
	}
	e := t.derivedEvent(s, audits(a.raw.Action), a.raw.Tenant, a.name(), evidence["refused"])
	e.Tenant, e.Actor, e.Source = a.raw.Tenant, clip(a.raw.Actor, maxName), byHandSource
	if a.registration != nil {
		e.RegistrationID = a.registration.id
	}
	e.Description = clip(a.raw.Reason, maxDescription)
	e.Evidence = maps.Clone(evidence)
	if e.Description != "" {
		e.Evidence["reason"] = e.Description
	}
	t.out.events = append(t.out.events, e)
	return &t.out.events[len(t.out.events)-1]
}

// name tells acts of one kind apart: by their idempotency key, or by when they
// arrived and what they say.
func (a *act) name() string {
	if a.raw.IdempotencyKey != "" {
		return "key " + a.raw.IdempotencyKey
	}
	return strconv.FormatInt(a.arrived, 10) + " " + a.raw.EventID + " " + a.raw.Status + " " + a.raw.NewCarrier
}

// refuse records an act that could not be done. Nothing changes by it: the
// event bears the shipment's revision as it is.
func (t *turn) refuse(a *act, why string) { t.audit(a, map[string]string{"refused": why}) }

// leave ends a registration's window now, by hand. Events that arrived before
// and still wait are told (R4).
func (g *registration) leave(a *act, state string) {
	g.state = state
	g.expires = max(g.registered, min(g.expires, a.arrived))
	g.byHand.reason, g.byHand.actor = clip(a.raw.Reason, maxDescription), clip(a.raw.Actor, maxName)
}

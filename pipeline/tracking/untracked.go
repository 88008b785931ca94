package tracking

import (
	"waybill/schemas"
	"waybill/schemas/status"
)

// untracked tells why a new registration is taken on and not tracked: its
// number is wrong (R2), or its carrier or product is not followed (R3). The
// code is nil when it is tracked.
//
// Carriers that are not in the table are let in unless Config.KnownCarriers
// says otherwise: a producer may bring events of any carrier, and the table
// only knows more of some.
func (t *turn) untracked(g *registration) (code *status.Code, reason string) {
	known, tracked, reason := t.carriers.Tracked(t.carrier, g.service)
	if !known && t.knownCarriers {
		return t.unsupported, "The carrier " + t.carrier + " is not known."
	}
	if _, valid, wrong := t.carriers.CheckNumber(t.carrier, t.number); !valid {
		return t.invalid, wrong
	}
	if !tracked {
		return t.unsupported, reason
	}
	return nil, ""
}

// mends tells whether a registration puts right what made an earlier one not
// tracked, by naming another service. The earlier one ends with that.
func (t *turn) mends(g *registration, raw *schemas.Registration, arrived int64) bool {
	if g.state != stateDoNotTrack || raw.ServiceLevel == nil {
		return false
	}
	if problem, _ := t.untracked(&registration{service: clipService(raw.ServiceLevel)}); problem != nil {
		return false
	}
	g.expires = arrived
	return true
}

// invalidRawCode is the raw code of the one event that an invalid number gets
// (R2), and a product that is not tracked (R3).
const invalidRawCode = "INVD"

// tellInvalid makes the one event of a parcel that is not tracked and tells the
// tenant (R2, R3).
func (t *turn) tellInvalid(s *shipment, g *registration, code *status.Code, reason string) {
	e := t.derivedEvent(t.unseen(s), schemas.TypeInvalid, g.id)
	e.Tenant, e.RegistrationID, e.OccurredAt = g.tenant, g.id, utc(g.registered)
	e.Status, e.Code, e.RawCode = code.Status.Name, code.Name, invalidRawCode
	e.Milestone, e.StopsClock, e.Terminal, e.ActionRequired = code.Milestone, code.StopsClock, code.Terminal, code.ActionRequired
	e.Party, e.Severity, e.Description = code.Party, code.Severity, code.Title
	e.Evidence = map[string]string{"reason": reason}
	t.out.events = append(t.out.events, e)
	t.notifyAlone(s, g, &e)
}

// unseen is the shipment as one is shown it who follows nothing: others may
// follow the parcel, and what they know is not for its eyes (R10).
func (t *turn) unseen(s *shipment) *shipment {
	return &shipment{epoch: s.epoch, revision: s.revision, created: s.created, present: present{code: t.registered.Name}}
}

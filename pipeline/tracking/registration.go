package tracking

import (
	"slices"
	"strconv"

	"waybill/schemas"
)

// Registrations are followed for 1 to maxWindowDays days (R1).
const (
	defaultWindowDays = 30
	maxWindowDays     = 30
)

// register handles a registration that arrived at an instant (R1, R2, R6). It
// fails only when the shipment has no room for one more.
func (t *turn) register(raw *schemas.Registration, arrived int64) error {
	if t.answered(raw) {
		return nil
	}
	s := t.lifeFor(raw, arrived)
	if g := s.openOf(raw.Tenant, arrived); g != nil && !t.mends(g, raw, arrived) {
		t.registerAgain(s, g, raw)
		return nil
	}
	if err := s.makeRoom(); err != nil {
		return err
	}
	g := t.newRegistration(s, raw, arrived)
	problem, reason := t.untracked(&g)
	if problem != nil {
		g.state = stateDoNotTrack
	}
	var over *quota
	if problem == nil {
		over = t.overQuota(raw, arrived)
	}
	if over != nil {
		s.refuse(&g, over)
	}
	t.touch(s)
	s.active = max(s.active, arrived)
	s.closed = 0
	s.registrations = append(s.registrations, g)
	s.adoptDetails(&g)
	kept := &s.registrations[len(s.registrations)-1]
	if problem != nil {
		t.tellInvalid(s, kept, problem, reason)
		return nil
	}
	if over != nil {
		t.tellRefused(s, kept, over)
		return nil
	}
	t.charge(s, kept, raw)
	t.backfill(s, kept)
	t.adopt(s)
	return nil
}

// charge counts a unit for the tenant (R8). One that came from another carrier
// was charged there.
func (t *turn) charge(s *shipment, g *registration, raw *schemas.Registration) {
	if raw.MovedFrom != "" {
		return
	}
	t.out.usage = append(t.out.usage, schemas.Usage{
		Tenant: g.tenant, RegistrationID: g.id, Carrier: t.carrier, TrackingNumber: t.number,
		Epoch: utc(s.epoch), UsedAt: utc(g.registered),
	})
}

// answered tells whether this very registration was taken before: same tenant
// and idempotency key, or the id of one that has ended (R6).
func (t *turn) answered(raw *schemas.Registration) bool {
	return t.sentBefore(raw) || t.anyOf(raw.Tenant, func(g *registration) bool {
		return raw.RegistrationID == g.id && g.state != stateActive
	})
}

// sentBefore tells whether the tenant's idempotency key is known: of a
// registration, or of this act by hand.
func (t *turn) sentBefore(raw *schemas.Registration) bool {
	return raw.IdempotencyKey != "" && t.anyOf(raw.Tenant, func(g *registration) bool {
		return slices.Contains(g.keys, idempotency(raw))
	})
}

// anyOf tells whether any registration of a tenant, in any life of the number,
// is such.
func (t *turn) anyOf(tenant string, such func(*registration) bool) bool {
	for _, s := range t.state.shipments {
		for i := range s.registrations {
			if g := &s.registrations[i]; g.tenant == tenant && such(g) {
				return true
			}
		}
	}
	return false
}

func idempotency(raw *schemas.Registration) uint64 {
	if isAct(raw) {
		return hash64("idempotency", raw.IdempotencyKey, raw.Action)
	}
	return hash64("idempotency", raw.IdempotencyKey)
}

// lifeFor finds the life of the number that a registration is for: the newest,
// or a new one where the registration asks for it (I1). It does not get
// another while nothing was heard of the newest, nor when it asks twice.
func (t *turn) lifeFor(raw *schemas.Registration, arrived int64) *shipment {
	newest := t.state.newest()
	if newest == nil {
		return t.begin(arrived)
	}
	if !raw.NewEpoch || newest.revision == 0 || newest.events == 0 && len(newest.held) == 0 {
		return newest
	}
	if g := newest.openOf(raw.Tenant, arrived); g != nil && g.newEpoch && raw.IdempotencyKey == "" {
		return newest
	}
	return t.begin(arrived)
}

// openOf returns a tenant's registration that registering again is about (R6):
// one that is active, or whose number or service was found not to be tracked.
// One that was stopped, closed or refused is over, and the next is a new one.
func (s *shipment) openOf(tenant string, arrived int64) *registration {
	for i := range s.registrations {
		if g := &s.registrations[i]; g.tenant == tenant && g.open(arrived) && (g.state == stateActive || g.state == stateDoNotTrack) {
			return g
		}
	}
	return nil
}

func (t *turn) newRegistration(s *shipment, raw *schemas.Registration, arrived int64) registration {
	g := registration{
		id: clip(raw.RegistrationID, maxName), tenant: raw.Tenant, state: stateActive, newEpoch: raw.NewEpoch,
		isReturn: raw.IsReturn, backfill: raw.Backfill,
		registered: arrived, expires: windowEnd(raw, arrived), erased: s.erasedFor(raw.Tenant),
	}
	if g.id == "" {
		g.id = schemas.RegistrationID(g.tenant, t.key)
		if !t.first(g.tenant) {
			g.id = hashHex("registration", g.tenant, t.key, strconv.FormatInt(s.epoch, 10), raw.IdempotencyKey, strconv.FormatInt(arrived, 10))
		}
		for t.hasRegistration(g.id) { // one that began and ended in the same millisecond
			g.id = hashHex("registration", g.id)
		}
	}
	g.remember(raw)
	g.replace(raw)
	return g
}

// first tells whether a tenant has no registration of the number yet, not of a
// window that is over or of an earlier life either.
func (t *turn) first(tenant string) bool {
	forgotten := len(t.state.shipments) == maxLives // there may have been a life before these
	return !forgotten && !t.anyOf(tenant, func(*registration) bool { return true })
}

// hasRegistration tells whether an id is taken, in any life of the number.
func (t *turn) hasRegistration(id string) bool {
	return slices.ContainsFunc(t.state.shipments, func(s *shipment) bool {
		return slices.ContainsFunc(s.registrations, func(g registration) bool { return g.id == id })
	})
}

// remember keeps the idempotency key, so that the same one changes nothing.
func (g *registration) remember(raw *schemas.Registration) {
	if raw.IdempotencyKey == "" {
		return
	}
	g.keys = append(g.keys, idempotency(raw))
	if over := len(g.keys) - maxIdempotency; over > 0 {
		g.keys = slices.Delete(g.keys, 0, over)
	}
}

// adoptDetails takes service and countries from the first registration that
// says them.
func (s *shipment) adoptDetails(g *registration) {
	first := func(have *string, given string) {
		if *have == "" {
			*have = given
		}
	}
	first(&s.service, g.serviceName())
	if g.origin != nil {
		first(&s.originCountry, g.origin.Country)
		first(&s.regions.origin, g.origin.State)
	}
	if g.destination != nil {
		first(&s.destinationCountry, g.destination.Country)
		first(&s.regions.destination, g.destination.State)
	}
}

func (g *registration) serviceName() string {
	switch {
	case g.service == nil:
		return ""
	case g.service.Token != "":
		return g.service.Token
	}
	return g.service.Name
}

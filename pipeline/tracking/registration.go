package tracking

import (
	"fmt"
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
	if g := s.openOf(raw.Tenant, arrived); g != nil {
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
	t.out.usage = append(t.out.usage, schemas.Usage{
		Tenant: g.tenant, RegistrationID: g.id, Carrier: t.carrier, TrackingNumber: t.number,
		Epoch: utc(s.epoch), UsedAt: utc(arrived),
	})
	t.backfill(s, kept)
	t.adopt(s)
	return nil
}

// answered tells whether this very registration was taken before: same tenant
// and idempotency key, or the id of one that has ended (R6).
func (t *turn) answered(raw *schemas.Registration) bool {
	for _, s := range t.state.shipments {
		for i := range s.registrations {
			g := &s.registrations[i]
			if g.tenant != raw.Tenant {
				continue
			}
			if raw.IdempotencyKey != "" && slices.Contains(g.keys, idempotency(raw)) {
				return true
			}
			if raw.RegistrationID == g.id && g.state != stateActive {
				return true
			}
		}
	}
	return false
}

func idempotency(raw *schemas.Registration) uint64 { return hash64("idempotency", raw.IdempotencyKey) }

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

// openOf returns a tenant's registration whose window is open at an arrival.
func (s *shipment) openOf(tenant string, arrived int64) *registration {
	for i := range s.registrations {
		if g := &s.registrations[i]; g.tenant == tenant && g.open(arrived) && g.state != stateExpired {
			return g
		}
	}
	return nil
}

// makeRoom drops the oldest registration that has ended when the shipment has
// as many as it may have. Its last form has been written.
func (s *shipment) makeRoom() error {
	if len(s.registrations) < maxRegistrations {
		return nil
	}
	at := slices.IndexFunc(s.registrations, func(g registration) bool { return g.state != stateActive })
	if at < 0 {
		return fmt.Errorf("registering a tenant: %d tenants follow this parcel already, which is the most there can be", maxRegistrations)
	}
	s.registrations = slices.Delete(s.registrations, at, at+1)
	return nil
}

func (t *turn) newRegistration(s *shipment, raw *schemas.Registration, arrived int64) registration {
	days := raw.WindowDays
	if days == 0 {
		days = defaultWindowDays
	}
	g := registration{
		id: clip(raw.RegistrationID, maxName), tenant: raw.Tenant, state: stateActive, newEpoch: raw.NewEpoch,
		isReturn: raw.IsReturn, backfill: raw.Backfill,
		registered: arrived, expires: arrived + int64(days)*day.Milliseconds(),
	}
	if g.id == "" {
		g.id = hashHex("registration", g.tenant, t.key, strconv.FormatInt(s.epoch, 10), raw.IdempotencyKey, strconv.FormatInt(arrived, 10))
	}
	g.remember(raw)
	g.replace(raw)
	return g
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

// replace takes over what a registration gives. What it leaves out stays as it
// was (R6). It gives whether anything changed.
func (g *registration) replace(raw *schemas.Registration) bool {
	changed := false
	fill := func(have *string, given string) {
		if given != "" && given != *have {
			*have, changed = given, true
		}
	}
	fill(&g.metadata, clipRunes(raw.Metadata, maxMetadata))
	fill(&g.reference, clip(raw.Reference, maxName))
	fill(&g.transaction, clip(raw.Transaction, maxName))
	promise := target{date: text(raw.PromisedDate), zone: text(raw.PromisedZone)}
	if raw.PromisedAt != nil {
		promise.at = raw.PromisedAt.UnixMilli()
	}
	if promise.isSet() && promise != g.promise {
		g.promise, changed = promise, true
	}
	if sl := clipService(raw.ServiceLevel); sl != nil && (g.service == nil || *sl != *g.service) {
		g.service, changed = sl, true
	}
	if a := clipAddress(raw.Origin); a != nil && (g.origin == nil || *a != *g.origin) {
		g.origin, changed = a, true
	}
	if a := clipAddress(raw.Destination); a != nil && (g.destination == nil || *a != *g.destination) {
		g.destination, changed = a, true
	}
	return changed
}

// registerAgain takes a registration of a tenant who follows the parcel
// already: it replaces what the first one gave and is not charged (R6).
func (t *turn) registerAgain(s *shipment, g *registration, raw *schemas.Registration) {
	t.out.changed = t.out.changed || raw.IdempotencyKey != ""
	g.remember(raw)
	if !g.replace(raw) {
		return
	}
	t.touch(s)
	s.adoptDetails(g)
	t.moveMeasure(s, g)
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
	}
	if g.destination != nil {
		first(&s.destinationCountry, g.destination.Country)
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

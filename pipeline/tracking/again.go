package tracking

import (
	"slices"
	"strconv"
	"strings"

	"waybill/schemas"
)

// registerAgain takes a registration of a tenant who follows the parcel
// already: it replaces what the first one gave and is not charged (R6). What
// it replaced stays in the audit.
func (t *turn) registerAgain(s *shipment, g *registration, raw *schemas.Registration) {
	t.out.changed = t.out.changed || raw.IdempotencyKey != ""
	g.remember(raw)
	former := g.replace(raw)
	if len(former) == 0 {
		return
	}
	t.touch(s)
	s.adoptDetails(g)
	t.auditReplaced(s, g, raw, former)
	t.moveMeasure(s, g)
}

// auditReplaced writes down what a registration replaced: the former values, by
// name. Each is empty where nothing was given before.
func (t *turn) auditReplaced(s *shipment, g *registration, raw *schemas.Registration, former map[string]string) {
	e := t.derivedEvent(s, schemas.TypeActionReplace, g.id, strconv.FormatInt(s.revision, 10))
	e.Tenant, e.RegistrationID, e.Actor, e.Source = g.tenant, g.id, clip(raw.Actor, maxName), byHandSource
	e.Description, e.Evidence = "Registered again; the former values are the evidence.", former
	t.out.events = append(t.out.events, e)
}

// replace takes over what a registration gives. What it leaves out stays as it
// was (R6). It gives the former values of what changed, by name.
func (g *registration) replace(raw *schemas.Registration) (former map[string]string) {
	if g.erased {
		raw = withoutPersons(raw)
	}
	former = make(map[string]string)
	fill := func(name string, have *string, given string) {
		if given != "" && given != *have {
			former[name], *have = *have, given
		}
	}
	fill("metadata", &g.metadata, clipRunes(raw.Metadata, maxMetadata))
	fill("reference", &g.reference, clip(raw.Reference, maxName))
	fill("transaction", &g.transaction, clip(raw.Transaction, maxName))
	fill("ship_date", &g.extras.shipDate, text(raw.ShipDate))
	fill("carrier_account", &g.extras.account, clip(raw.CarrierAccount, maxName))
	if tags := clipTags(raw.Tags); len(tags) > 0 && !slices.Equal(tags, g.extras.tags) {
		former["tags"], g.extras.tags = strings.Join(g.extras.tags, ", "), tags
	}
	promise := target{date: text(raw.PromisedDate), zone: text(raw.PromisedZone)}
	if raw.PromisedAt != nil {
		promise.at = raw.PromisedAt.UnixMilli()
	}
	if promise.isSet() && promise != g.promise {
		former["promised"], g.promise = strings.TrimSpace(g.promise.write()+" "+g.promise.zone), promise
	}
	if sl := clipService(raw.ServiceLevel); sl != nil && (g.service == nil || *sl != *g.service) {
		former["service"] = g.serviceName()
		g.service = sl
	}
	g.origin = replaceAddress(former, "origin", g.origin, raw.Origin)
	g.destination = replaceAddress(former, "destination", g.destination, raw.Destination)
	return former
}

// replaceAddress gives the address that is now known, and notes the former one
// where that is another.
func replaceAddress(former map[string]string, name string, have, given *schemas.Address) *schemas.Address {
	given = clipAddress(given)
	if given == nil || have != nil && *given == *have {
		return have
	}
	former[name] = ""
	if have != nil {
		parts := []string{have.Street, have.City, have.State, have.PostalCode, have.Country}
		former[name] = strings.Join(slices.DeleteFunc(parts, func(part string) bool { return part == "" }), ", ")
	}
	return given
}

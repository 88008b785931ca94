package tracking

import (
	"slices"
	"strconv"

	"waybill/schemas"
)

// periodLayout writes the calendar month that a quota is for.
const periodLayout = "2006-01"

// quota is a limit that a tenant has reached.
type quota struct {
	period      string // YYYY-MM, UTC
	limit, used int64
}

// overQuota tells whether a new registration is beyond its tenant's quota of the
// month in which it arrived, nil when it is not (R8). What was used is known from
// the table quotas, which lags behind by the time it takes to count. One that
// comes from another carrier was charged there.
func (t *turn) overQuota(raw *schemas.Registration, arrived int64) *quota {
	if t.quotas == nil || raw.MovedFrom != "" {
		return nil
	}
	limit, limited := t.quotas.Limit(raw.Tenant)
	if !limited {
		return nil
	}
	q := &quota{period: utc(arrived).Format(periodLayout), limit: limit}
	if row := t.used.Of(raw.Tenant); row != nil && row.Period == q.period {
		q.used = row.Used
	}
	if q.used < limit {
		return nil
	}
	return q
}

// refuse makes a registration one that never follows anything. It takes the
// place of an earlier one of its tenant that was refused too: of those the last
// is enough.
func (s *shipment) refuse(g *registration, over *quota) {
	g.state, g.expires = stateRefused, g.registered
	g.byHand.reason = over.inWords()
	s.registrations = slices.DeleteFunc(s.registrations, func(o registration) bool {
		same := o.tenant == g.tenant && o.state == stateRefused
		if same {
			g.keys = append(o.keys, g.keys...)
			g.keys = g.keys[max(0, len(g.keys)-maxIdempotency):]
		}
		return same
	})
}

func (q *quota) inWords() string {
	return "The quota of " + strconv.FormatInt(q.limit, 10) + " registrations in " + q.period + " is used up."
}

// tellRefused makes the one event of a registration that was refused and tells
// its tenant.
func (t *turn) tellRefused(s *shipment, g *registration, over *quota) {
	e := t.derivedEvent(t.unseen(s), schemas.TypeRefused, g.id)
	e.Tenant, e.RegistrationID, e.OccurredAt = g.tenant, g.id, utc(g.registered)
	e.ActionRequired, e.Party, e.Severity = true, "shipper", 2
	e.Description = over.inWords()
	e.Evidence = map[string]string{
		"period": over.period, "limit": strconv.FormatInt(over.limit, 10), "used": strconv.FormatInt(over.used, 10),
	}
	t.out.events = append(t.out.events, e)
	t.notifyAlone(s, g, &e)
}

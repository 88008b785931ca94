package tracking

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/datadriven"
	"github.com/stretchr/testify/require"

	"waybill/schemas"
)

// act reads an act by hand (R7):
//
//	act  what= at= [tenant=] [number=] [carrier=] [status=] [reason=] [actor=] [event=] [occurred=] [new-carrier=] [idempotency=]
//
// An event is named as the script names it; underscores in a reason are blanks.
func (s *script) act(d *datadriven.TestData) *schemas.Registration {
	r := &schemas.Registration{
		Tenant: arg(d, "tenant", "acme"), Carrier: arg(d, "carrier", "sim"), TrackingNumber: arg(d, "number", "A2"),
		Action: arg(d, "what", ""), Actor: arg(d, "actor", "ann"), Status: arg(d, "status", ""),
		Reason:     strings.ReplaceAll(arg(d, "reason", "because"), "_", " "),
		OccurredAt: s.optionalTime(d, "occurred"), NewCarrier: arg(d, "new-carrier", ""), IdempotencyKey: arg(d, "idempotency", ""),
	}
	if name := arg(d, "event", ""); name != "" {
		r.EventID = name
		for id, known := range s.names {
			if known == name {
				r.EventID = id
			}
		}
	}
	return r
}

// arrive puts on the log what moved to another carrier, twice: the second time
// nothing must come of it.
func (s *script) arrive(at time.Time) string {
	out := ""
	for _, r := range s.moved {
		out += s.write(s.w.register(at, &r))
		require.Empty(s.t, s.write(s.w.register(at, &r)))
	}
	s.moved = nil
	return out
}

// limits are quotas by tenant.
type limits map[string]int64

func (l limits) Limit(tenant string) (units int64, limited bool) {
	units, limited = l[tenant]
	return units, limited
}

// limitsOf reads limits such as acme:2.
func limitsOf(t *testing.T, list []string) limits {
	l := limits{}
	for _, text := range list {
		tenant, units, _ := strings.Cut(text, ":")
		n, err := strconv.ParseInt(units, 10, 64)
		require.NoError(t, err)
		l[tenant] = n
	}
	return l
}

// setUsed makes the table quotas say what one tenant used.
func (s *script) setUsed(d *datadriven.TestData) {
	q := schemas.Quota{Tenant: arg(d, "tenant", "acme"), Period: arg(d, "period", "")}
	d.ScanArgs(s.t, "units", &q.Used)
	value, err := s.w.codecs.Quota.Encode(&q)
	require.NoError(s.t, err)
	s.w.used, err = schemas.NewQuotaTable(s.w.codecs.Quota, map[string][]byte{q.Tenant: value})
	require.NoError(s.t, err)
}

// writeAudit prints what stands beside an event that was done by hand, or was
// withdrawn.
func (s *script) writeAudit(out *strings.Builder, e *schemas.TrackingEvent) {
	if e.Deleted {
		fmt.Fprint(out, " deleted")
	}
	if !strings.HasPrefix(e.Type, "action.") && e.Type != schemas.TypeRefused {
		return
	}
	if e.Actor != "" {
		fmt.Fprintf(out, " by %s", e.Actor)
	}
	for _, name := range slices.Sorted(maps.Keys(e.Evidence)) {
		value := e.Evidence[name]
		for id, known := range s.names {
			value = strings.ReplaceAll(value, id, known)
		}
		fmt.Fprintf(out, " %s=%q", name, value)
	}
}

// writeActs prints what a registration has by hand.
func (s *script) writeActs(out *strings.Builder, g *schemas.RegistrationState) {
	if len(g.Tags) > 0 || g.ShipDate != nil {
		fmt.Fprintf(out, "    tags %s shipped %s\n", strings.Join(g.Tags, ","), etaText(g.ShipDate, nil))
	}
	if g.Reason != "" || g.Actor != "" {
		fmt.Fprintf(out, "    left for %q by %s\n", g.Reason, g.Actor)
	}
	for _, k := range g.Acknowledgements {
		fmt.Fprintf(out, "    acknowledged %s at %s by %s\n", s.nameOf(k.OpeningEventID), clockText(&k.AcknowledgedAt), k.Actor)
	}
	if g.DelayS != nil && *g.DelayS > 0 {
		fmt.Fprintf(out, "    late by %d s, %d s of them accountable\n", *g.DelayS, *g.AccountableDelayS)
	}
}

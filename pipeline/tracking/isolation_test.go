package tracking

import (
	"encoding/json"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"waybill/schemas"
)

// No tenant sees another (R10). What one is told, and its row, are the same with
// and without another's registrations, acts and endpoints; only the revision,
// which counts all changes of the shipment, and the ids made of it may differ.
func TestTenantsDoNotSeeEachOther(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := aHistories(t)
		alone := aHistory{hold: h.hold, endpoints: h.endpoints[:2], steps: []aStep{{at: beginning, reg: firstOf("acme")}}}
		both := aHistory{hold: h.hold, endpoints: h.endpoints, steps: slices.Clone(alone.steps)}
		for _, s := range h.steps {
			other := s.reg != nil && s.reg.Tenant == "globex"
			if other {
				sign(s.reg)
			} else {
				alone.steps = append(alone.steps, s)
			}
			both.steps = append(both.steps, s)
			if other {
				both.steps = append(both.steps, othersAct(t, s.at))
			}
		}
		require.Equal(t, alone.seenBy(t, "acme"), both.seenBy(t, "acme"))
	})
}

func firstOf(tenant string) *schemas.Registration {
	return &schemas.Registration{Tenant: tenant, Carrier: "sim", TrackingNumber: "A2", WindowDays: 3}
}

// secret is in all that the other tenant says.
const secret = "globex"

func sign(r *schemas.Registration) {
	r.Metadata, r.Reference, r.Transaction, r.CarrierAccount = secret+"-1", secret+"-2", secret+"-3", secret+"-4"
	r.Tags, r.ServiceLevel = []string{secret}, &schemas.ServiceLevel{Token: secret}
	r.Destination = &schemas.Address{Street: secret}
}

func othersAct(t *rapid.T, at time.Time) aStep {
	acts := []string{schemas.ActionStop, schemas.ActionClose, schemas.ActionCorrect, schemas.ActionAcknowledge}
	r := firstOf(secret)
	r.WindowDays, r.Actor, r.Reason = 0, secret, secret
	switch r.Action = rapid.SampledFrom(acts).Draw(t, "other's act"); r.Action {
	case schemas.ActionCorrect:
		r.Status = rapid.SampledFrom([]string{"delivered.delivered", "exc.damaged"}).Draw(t, "other's status")
	case schemas.ActionClose:
		r.Status = "failed.lost"
	}
	return aStep{at: at, reg: r}
}

// seenBy is all that a tenant can see: bodies of its webhooks, and its part of
// the row with the shipment's own.
func (h aHistory) seenBy(t *rapid.T, tenant string) []string {
	w := h.world(t)
	var o outputs
	for _, s := range h.steps {
		o = o.and(w.step(s))
	}
	o = o.and(w.register(beginning.Add(20*day), auditor())) // so that a last row is written
	var seen []string
	for _, j := range o.jobs {
		if j.Tenant == tenant {
			require.NotContains(t, string(j.Body), secret)
			var b map[string]any
			require.NoError(t, json.Unmarshal(j.Body, &b))
			delete(b, "id")
			delete(b, "revision")
			delete(b["shipment"].(map[string]any), "stalled_at") // found while any tenant follows
			text, err := json.Marshal(b)
			require.NoError(t, err)
			seen = append(seen, string(text))
		}
	}
	row := o.shipments[len(o.shipments)-1]
	row.Registrations = slices.DeleteFunc(row.Registrations, func(r schemas.RegistrationState) bool { return r.Tenant != tenant })
	// The row is the operator's. It tells when the first of all tenants took an
	// exception in hand, and a silence is found while any of them follows.
	for i := range row.ExceptionEpisodes {
		row.ExceptionEpisodes[i].AcknowledgedAt = nil
	}
	row.StalledAt, row.SilentSince = nil, nil
	row.Revision, row.UpdatedAt, row.Service, row.DestinationCountry = 0, time.Time{}, "", ""
	text, err := json.Marshal(row)
	require.NoError(t, err)
	require.NotContains(t, string(text), secret)
	return append(seen, string(text))
}

package tracking

import (
	"encoding/json"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"waybill/pipeline/tracking/body"
	"waybill/schemas"
)

// Who reads the rows can show a tenant what its webhooks show (R5, R7): the same
// status, and of the history the same events.
func TestRowsTellWhatWebhooksShow(t *testing.T) {
	compared := 0
	rapid.Check(t, func(t *rapid.T) {
		h := aHistories(t)
		for i := range h.endpoints {
			h.endpoints[i].History, h.endpoints[i].Types, h.endpoints[i].Statuses = true, nil, nil
		}
		w := h.world(t)
		known := map[string]schemas.TrackingEvent{}
		steps := slices.Clone(h.steps)
		for i, s := range h.steps {
			act := &schemas.Registration{Tenant: "acme", Carrier: "sim", TrackingNumber: "A2", Action: schemas.ActionAcknowledge, Actor: "acme"}
			if i%2 == 0 {
				act.Action, act.Status, act.Reason = schemas.ActionCorrect, "exc.damaged", "seen"
			}
			steps = append(steps, aStep{at: s.at, reg: act})
		}
		slices.SortStableFunc(steps, func(a, b aStep) int { return a.at.Compare(b.at) })
		for i, s := range steps {
			if s.reg != nil && s.reg.Action != "" && i%3 != 0 {
				continue
			}
			o := w.step(s)
			for _, e := range o.events {
				known[e.EventID] = e
			}
			compared += compareShown(t, o, known)
		}
	})
	require.NotZero(t, compared)
}

// compareShown holds the last webhooks of a step against the last row of it,
// where they tell of the same revision.
func compareShown(t *rapid.T, o outputs, known map[string]schemas.TrackingEvent) (compared int) {
	last := map[string]schemas.WebhookJob{} // of each registration
	for _, j := range o.jobs {
		last[j.RegistrationID] = j
	}
	for _, j := range last {
		var b body.Webhook
		require.NoError(t, json.Unmarshal(j.Body, &b))
		row := o.shipments[len(o.shipments)-1]
		at := slices.IndexFunc(row.Registrations, func(r schemas.RegistrationState) bool { return r.RegistrationID == j.RegistrationID })
		if row.Revision != j.Revision || at < 0 || b.HistoryOmitted || row.Registrations[at].State != stateActive {
			continue
		}
		r := &row.Registrations[at]
		require.Equal(t, []any{b.Shipment.Status, b.Shipment.Code}, []any{r.ShownStatus, r.ShownCode})
		require.Equal(t, b.Shipment.StatusAt == nil, r.ShownAt == nil)
		open := slices.DeleteFunc(b.Shipment.Exceptions, func(x body.Exception) bool { return x.ClosedAt != nil })
		require.Equal(t, len(open), r.OpenExceptions)
		unseen := slices.DeleteFunc(open, func(x body.Exception) bool { return x.AcknowledgedAt != nil })
		require.Equal(t, len(unseen), r.UnacknowledgedExceptions)
		require.ElementsMatch(t, shownBy(r, known), idsOf(b.History), "%s", j.Body)
		compared++
	}
	return compared
}

// shownBy is the rule as a reader of the rows has it (R5).
func shownBy(r *schemas.RegistrationState, known map[string]schemas.TrackingEvent) (ids []string) {
	for id, e := range known {
		over := schemas.Over(e.OccurredAt, e.OccurredPrecision, schemas.Zone(e.OccurredZone))
		if e.Type == schemas.TypeEvent && !e.Deleted && (r.Backfill == schemas.BackfillAll || id == r.CurrentEventID || over.After(r.RegisteredAt)) {
			ids = append(ids, id)
		}
	}
	return ids
}

func idsOf(history []body.Event) (ids []string) {
	for i := range history {
		ids = append(ids, history[i].ObjectID)
	}
	return ids
}

// One whose number is not valid follows nothing, and is shown nothing of what
// others know of the parcel; all that the tenant gave is in its row.
func TestRowsOfThoseWhoFollowNothing(t *testing.T) {
	w := newWorld(t, nil)
	w.register(beginning, &schemas.Registration{Tenant: "globex", Carrier: "sim", TrackingNumber: "A2"})
	w.event(beginning.Add(time.Minute), &schemas.CarrierEvent{Carrier: "sim", TrackingNumber: "A2", Code: "transit.moving", RawCode: "1", OccurredAt: beginning})
	w.advance(beginning.Add(time.Hour))
	o := w.register(beginning.Add(2*time.Hour), &schemas.Registration{
		Tenant: "acme", Carrier: "sim", TrackingNumber: "A2", Transaction: "t", CarrierAccount: "a", IsReturn: true,
		ServiceLevel: &schemas.ServiceLevel{Name: "n", Token: "letter", Terms: "m", ExtendedToken: "x", ParentToken: "p"},
		Origin:       &schemas.Address{Street: "s1", City: "c1", State: "st1", PostalCode: "p1", Country: "DE"},
		Destination:  &schemas.Address{Street: "s2", City: "c2", State: "st2", PostalCode: "p2", Country: "GB"},
	})
	rows := o.shipments[len(o.shipments)-1].Registrations
	require.Equal(t, []string{"IN_TRANSIT", "transit.moving"}, []string{rows[0].ShownStatus, rows[0].ShownCode})
	require.NotEmpty(t, rows[0].ShownEventID)
	require.NotNil(t, rows[0].ShownAt)
	row := rows[1]
	require.Equal(t, []string{"do_not_track", "PENDING", "", ""}, []string{row.State, row.ShownStatus, row.ShownEventID, row.CurrentEventID})
	require.Nil(t, row.ShownAt)
	require.Equal(t, []string{"t", "a", "n", "letter", "m", "x", "p", "s1", "c1", "st1", "p1", "DE", "s2", "c2", "st2", "p2", "GB"}, []string{
		row.Transaction, row.CarrierAccount, row.ServiceName, row.ServiceToken, row.ServiceTerms, row.ServiceExtendedToken, row.ServiceParentToken,
		row.OriginStreet, row.OriginCity, row.OriginState, row.OriginPostalCode, row.OriginCountry,
		row.DestinationStreet, row.DestinationCity, row.DestinationState, row.DestinationPostalCode, row.DestinationCountry,
	})
	require.True(t, row.IsReturn)
}

package tracking

import (
	"encoding/json"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"waybill/schemas"
)

// ann is the name of a person that stands in every text that can hold one.
const ann = "Ann Lee"

// Every text of a registration and of a carrier's event that is not named here is
// erased from the state, and is in nothing that is written later (P1). A field that
// is new must be judged: is it about a person, or does it stay?
func TestNothingOfAPersonStays(t *testing.T) {
	w := newWorld(t, func(c *Config) { c.ReorderHold = time.Hour })
	w.endpoint(&schemas.WebhookEndpoint{EndpointID: "hook", Tenant: "acme", History: true})
	at := time.Date(2026, 5, 4, 8, 0, 0, 0, time.UTC)

	r := &schemas.Registration{Tenant: "acme", Carrier: "sim", TrackingNumber: "A2", Backfill: schemas.BackfillAll, WindowDays: 30, Tags: []string{ann}}
	nameAnn(reflect.ValueOf(r).Elem(), []string{
		"Tenant", "Carrier", "TrackingNumber", "RegistrationID", "IdempotencyKey", "Backfill", // who and which
		"PromisedDate", "PromisedZone", "ShipDate", "CarrierAccount", "ServiceLevel", "State", "Country", // what figures rest on
		"Action", "Actor", "Reason", "Status", "EventID", "NewCarrier", "MovedFrom", // of acts
	})
	require.NotEmpty(t, w.register(at, r).shipments)

	told := func(occurred time.Time, code string) *schemas.CarrierEvent {
		e := &schemas.CarrierEvent{
			Carrier: "sim", TrackingNumber: "A2", Code: code, RawCode: code, Source: "sim-push", SourceKind: schemas.SourceCarrierPush,
			OccurredAt: occurred, OccurredPrecision: schemas.PrecisionSecond, OccurredConfidence: schemas.ConfidenceGiven, Leg: schemas.LegForward,
			ETAAt: &occurred,
		}
		nameAnn(reflect.ValueOf(e).Elem(), []string{
			"Carrier", "TrackingNumber", "Source", "SourceKind", "Status", "Code", "RawCode", "Leg", "MapVersion", "Country",
			"OccurredLocal", "OccurredText", "OccurredZone", "OccurredPrecision", "OccurredConfidence", "ETADate", "ETAZone", // when
		})
		return e
	}
	w.event(at.Add(2*time.Hour), told(at.Add(time.Hour), "transit.picked_up"))
	w.event(at.Add(4*time.Hour), told(at.Add(3*time.Hour), "out_for_delivery.out_for_delivery"))
	require.Contains(t, string(w.state["sim:A2"]), ann, "one is in the history, the other waits")

	erase := schemas.Registration{Tenant: "acme", Carrier: "sim", TrackingNumber: "A2", Action: schemas.ActionErase, Reason: "request 41", Backfill: schemas.BackfillNone}
	wrote := []outputs{w.register(at.Add(4*time.Hour+time.Minute), &erase)}
	require.NotContains(t, string(w.state["sim:A2"]), ann)
	r.Metadata, r.IdempotencyKey = ann+" again", "other"
	wrote = append(wrote,
		w.advance(at.Add(6*time.Hour)),
		w.event(at.Add(7*time.Hour), told(at.Add(time.Hour), "transit.picked_up")),
		w.event(at.Add(8*time.Hour), told(at.Add(7*time.Hour), "delivered.delivered")),
		w.register(at.Add(9*time.Hour), r),
		w.advance(at.Add(12*time.Hour)))
	require.NotContains(t, string(w.state["sim:A2"]), ann)
	webhooks := 0
	for _, o := range wrote {
		for _, records := range []any{o.events, o.decisions, o.shipments, o.polls, o.moves} {
			text, err := json.Marshal(records)
			require.NoError(t, err)
			require.NotContains(t, string(text), ann)
		}
		for _, j := range o.jobs {
			webhooks++
			require.NotContains(t, string(j.Body), ann)
		}
	}
	require.Equal(t, 2, webhooks, "out for delivery and delivered are told as ever")
}

// nameAnn puts the person into every text that is empty and not among those that
// stay.
func nameAnn(v reflect.Value, stays []string) {
	for i := range v.NumField() {
		field, name := v.Field(i), v.Type().Field(i).Name
		if slices.Contains(stays, name) || field.Type() == reflect.TypeFor[*time.Time]() || field.Type() == reflect.TypeFor[time.Time]() {
			continue
		}
		if field.Kind() == reflect.Pointer && field.IsNil() {
			field.Set(reflect.New(field.Type().Elem()))
		}
		switch target := reflect.Indirect(field); {
		case target.Kind() == reflect.String && target.Len() == 0:
			target.SetString(ann)
		case target.Kind() == reflect.Struct:
			nameAnn(target, stays)
		}
	}
}

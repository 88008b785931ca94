package shipmentlog

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"waybill/schemas"
)

// life is a parcel with events of each kind around a registration on 5 May.
func (b *bed) life(t *testing.T, followers ...schemas.RegistrationState) {
	t.Helper()
	s := shipment("alpha", "A1", noon(1), followers...)
	closed, day := noon(3), "2026-05-20"
	s.ExceptionEpisodes = []schemas.ExceptionEpisode{
		{OpeningEventID: "e1", OpenedAt: noon(2), ClosedAt: &closed, Code: "exc.weather"}, {OpeningEventID: "e3", OpenedAt: noon(9), Code: "exc.damaged"},
		{OpeningEventID: "gone", OpenedAt: noon(1), Code: "exc.weather"},
	}
	s.ETAChanges = []schemas.ETAChange{{CausingEventID: "e1", ChangedAt: noon(2), ToDate: &day}, {CausingEventID: "e3", ChangedAt: noon(9), FromDate: &day}}
	b.shipments(t, s)
	event := func(id, kind, precision string, occurred time.Time, change func(*schemas.TrackingEvent)) schemas.TrackingEvent {
		e := schemas.TrackingEvent{
			Carrier: "alpha", TrackingNumber: "A1", Epoch: noon(1), EventID: id, Revision: 3, Type: kind, Status: "IN_TRANSIT", Code: "transit.moving",
			Leg: schemas.LegForward, OccurredAt: occurred, OccurredPrecision: precision, OccurredConfidence: schemas.ConfidenceGiven,
			SourceKind: schemas.SourceCarrierPush, Location: &schemas.Location{City: "Leipzig", Country: "DE"}, ReceivedAt: occurred, ArrivedAt: occurred,
			ObjectCreated: occurred, ObjectUpdated: occurred,
		}
		if change != nil {
			change(&e)
		}
		return e
	}
	const second, day5 = schemas.PrecisionSecond, 5
	midnight := noon(day5).Truncate(24 * time.Hour)
	b.events(t,
		event("e1", schemas.TypeEvent, second, noon(2), nil), event("e2", schemas.TypeEvent, second, noon(4), nil),
		event("just-before", schemas.TypeEvent, second, noon(day5).Add(-time.Second), nil), event("same-second", schemas.TypeEvent, second, noon(day5), nil),
		event("minute", schemas.TypeEvent, schemas.PrecisionMinute, noon(day5), nil),
		event("day", schemas.TypeEvent, schemas.PrecisionDay, midnight, nil),
		event("zoned-day", schemas.TypeEvent, schemas.PrecisionDay, midnight.Add(-14*time.Hour), func(e *schemas.TrackingEvent) { e.OccurredZone = "+14:00" }),
		event("e3", schemas.TypeEvent, second, noon(9), nil),
		event("d1", schemas.TypeExceptionOpened, second, noon(2), func(e *schemas.TrackingEvent) { e.Evidence = map[string]string{"opening_event_id": "e1"} }),
		event("d3", schemas.TypeExceptionOpened, second, noon(9), func(e *schemas.TrackingEvent) { e.Evidence = map[string]string{"opening_event_id": "e3"} }),
		event("mine", schemas.TypeDelayed, second, noon(2), func(e *schemas.TrackingEvent) { e.Tenant, e.RegistrationID = "twice", "r-twice" }),
		event("theirs", schemas.TypeDelayed, second, noon(9), func(e *schemas.TrackingEvent) { e.Tenant, e.RegistrationID = "other", "r-other" }),
	)
	decision := func(offset int64, eventID string, occurred time.Time) schemas.Decision {
		return schemas.Decision{
			Carrier: "alpha", TrackingNumber: "A1", Epoch: noon(1), SourceTopic: "carrier-events", SourceOffset: offset, Version: 1, EventID: eventID,
			Decision: schemas.DecisionAccepted, OccurredAt: occurred, ReceivedAt: occurred, ArrivedAt: occurred, DecidedAt: occurred,
		}
	}
	load(t, b, schemas.TopicDecisions, b.codecs.Decision,
		decision(1, "e1", noon(2)), decision(2, "e3", noon(9)), decision(3, "e1", noon(9)), decision(4, "unknown", noon(3)), decision(5, "unknown", noon(8)))
}

// seen is what a tenant is shown, by ids.
type seen struct {
	events, exceptions, etaChanges []string
	decisions                      []int64
	present                        string
}

func (b *bed) seenBy(t *testing.T, tenant string) *seen {
	t.Helper()
	p, err := b.log.Explain(t.Context(), tenant, "alpha", "A1")
	require.NoError(t, err)
	if p == nil {
		return nil
	}
	s := &seen{present: p.Shipments[0].PresentEventID}
	for _, e := range p.Events {
		s.events = append(s.events, e.EventID)
	}
	for _, x := range p.Exceptions {
		s.exceptions = append(s.exceptions, x.OpeningEventID)
	}
	for _, c := range p.ETAChanges {
		s.etaChanges = append(s.etaChanges, c.CausingEventID)
	}
	for _, d := range p.Decisions {
		s.decisions = append(s.decisions, d.Offset)
	}
	return s
}

// R5: what of the time before a registration it sees is its choice, and what came
// after is for all who follow. Each tenant is a case, and sees no other's.
func TestWhatARegistrationSees(t *testing.T) {
	after := []string{"day", "minute", "same-second", "e3", "d3"}
	with := func(tenant string, registered time.Time, change func(*schemas.RegistrationState)) schemas.RegistrationState {
		r := follower(tenant, "r-"+tenant, registered)
		if change != nil {
			change(&r)
		}
		return r
	}
	b := newBed(t)
	b.life(t,
		with("none", noon(5), nil),
		with("current", noon(5), func(r *schemas.RegistrationState) { r.Backfill, r.CurrentEventID = schemas.BackfillCurrent, "e2" }),
		with("all", noon(5), func(r *schemas.RegistrationState) { r.Backfill = schemas.BackfillAll }),
		with("late", noon(11), nil), with("twice", noon(5), nil),
		with("twice", noon(11), func(r *schemas.RegistrationState) { r.RegistrationID = "r-again" }),
		with("nothing", noon(5), func(r *schemas.RegistrationState) { r.State, r.Backfill = "do_not_track", schemas.BackfillAll }),
	)
	for tenant, want := range map[string]*seen{
		"none":    {after, []string{"e3"}, []string{"e3"}, []int64{5, 2}, "e3"},
		"twice":   {append([]string{"mine"}, after...), []string{"e3"}, []string{"e3"}, []int64{5, 2}, "e3"},
		"current": {append([]string{"e2"}, after...), []string{"e3"}, []string{"e3"}, []int64{5, 2}, "e3"},
		"all": {
			[]string{"d1", "e1", "e2", "zoned-day", "day", "just-before", "minute", "same-second", "d3", "e3"},
			[]string{"gone", "e1", "e3"}, []string{"e1", "e3"}, []int64{1, 4, 5, 2, 3}, "e3",
		},
		"late": {}, "nothing": {},
		"stranger": nil,
	} {
		got := b.seenBy(t, tenant)
		if want == nil {
			require.Nil(t, got, tenant)
			continue
		}
		require.ElementsMatch(t, want.events, got.events, tenant)
		require.Equal(t, want.exceptions, got.exceptions, tenant)
		require.Equal(t, want.etaChanges, got.etaChanges, tenant)
		require.ElementsMatch(t, want.decisions, got.decisions, tenant)
		require.Equal(t, want.present, got.present, tenant)
	}

	// To one that follows nothing the parcel is as if nobody knew it.
	p, err := b.log.Look(t.Context(), "nothing", "alpha", "A1")
	require.NoError(t, err)
	require.Equal(t, []Shipment{{
		Epoch: noon(1), Revision: 3, Leg: schemas.LegForward, Status: "EXCEPTION", Code: "exc.damaged", UpdatedAt: noon(5),
	}}, p.Shipments)
	require.Nil(t, p.Registrations[0].ETA)

	all, err := b.log.ExplainAll(t.Context(), "alpha", "A1")
	require.NoError(t, err)
	require.Len(t, all.Events, 12)
	require.Len(t, all.Registrations, 7)
	none, err := b.log.ExplainAll(t.Context(), "alpha", "A2")
	require.NoError(t, err)
	require.Nil(t, none)
}

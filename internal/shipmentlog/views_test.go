package shipmentlog

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"waybill/analytics"
	"waybill/schemas"
)

// sights is how many random parcels the views are held against the rule with.
const sights = 40

// sight is a parcel and everything that somebody may see of it or not.
type sight struct {
	shipment  schemas.Shipment
	events    []schemas.TrackingEvent
	decisions []schemas.Decision
}

// drawSight draws a parcel whose times lie close around the registrations, on
// days of which some have 23 or 25 hours somewhere.
func drawSight(t *rapid.T, number string) sight {
	base := rapid.SampledFrom([]time.Time{
		noon(5), time.Date(2026, 3, 29, 12, 0, 0, 0, time.UTC), time.Date(2026, 10, 25, 12, 0, 0, 0, time.UTC), time.Date(2026, 3, 8, 12, 0, 0, 0, time.UTC),
	}).Draw(t, "base")
	at := func(what string) time.Time {
		hours := rapid.IntRange(-30, 30).Draw(t, what)
		return base.Add(time.Duration(hours)*time.Hour + time.Duration(rapid.SampledFrom([]int{0, 0, 1, 999, 30_000}).Draw(t, "ms"))*time.Millisecond)
	}
	id := rapid.SampledFrom([]string{"", "e0", "e1", "e2", "e3", "e4", "e5", "e6", "e7"})
	s := sight{shipment: shipment("alpha", number, base)}
	tenants := []string{""}
	for i := range rapid.IntRange(0, 3).Draw(t, "registrations") {
		r := follower(rapid.SampledFrom([]string{"x", "y"}).Draw(t, "tenant"), fmt.Sprint("r", i), at("registered"))
		r.State = rapid.SampledFrom(States()).Draw(t, "state")
		r.Backfill = rapid.SampledFrom([]string{schemas.BackfillNone, schemas.BackfillNone, schemas.BackfillCurrent, schemas.BackfillAll}).Draw(t, "backfill")
		r.CurrentEventID = id.Draw(t, "current")
		s.shipment.Registrations = append(s.shipment.Registrations, r)
		tenants = append(tenants, r.Tenant)
	}
	for i := range rapid.IntRange(1, 7).Draw(t, "events") {
		occurred := at("occurred")
		e := schemas.TrackingEvent{
			Carrier: "alpha", TrackingNumber: number, Epoch: base, EventID: fmt.Sprint("e", i), Revision: 3, Type: schemas.TypeEvent, Leg: schemas.LegForward,
			OccurredAt: occurred, OccurredConfidence: schemas.ConfidenceGiven, SourceKind: schemas.SourcePoll, ReceivedAt: occurred, ArrivedAt: occurred,
			ObjectCreated: occurred, ObjectUpdated: occurred, Deleted: rapid.IntRange(0, 9).Draw(t, "deleted") == 0,
			OccurredPrecision: rapid.SampledFrom([]string{schemas.PrecisionSecond, schemas.PrecisionMinute, schemas.PrecisionDay}).Draw(t, "precision"),
			OccurredZone:      rapid.SampledFrom([]string{"", "Z", "Europe/Berlin", "America/New_York", "+14:00", "-0330", "No/Where"}).Draw(t, "zone"),
		}
		if rapid.Bool().Draw(t, "derived") {
			e.Type, e.Tenant = schemas.TypeExceptionResolved, rapid.SampledFrom(tenants).Draw(t, "whose")
			e.Evidence = map[string]string{"opening_event_id": id.Draw(t, "opening"), "causing_event_id": id.Draw(t, "causing")}
		}
		s.events = append(s.events, e)
	}
	for i := range rapid.IntRange(0, 3).Draw(t, "things") {
		s.shipment.ExceptionEpisodes = append(s.shipment.ExceptionEpisodes, schemas.ExceptionEpisode{OpeningEventID: fmt.Sprint("e", 2*i), OpenedAt: at("opened")})
		s.shipment.ETAChanges = append(s.shipment.ETAChanges, schemas.ETAChange{CausingEventID: fmt.Sprint("e", 3*i), ChangedAt: at("changed")})
		s.decisions = append(s.decisions, schemas.Decision{
			Carrier: "alpha", TrackingNumber: number, Epoch: base, SourceTopic: number, SourceOffset: int64(i), Version: 1, EventID: id.Draw(t, "decided"),
			OccurredAt: at("decided on"), ReceivedAt: base, ArrivedAt: base, DecidedAt: base,
		})
	}
	return s
}

// The views of what a tenant sees say the same as the look-ups, which hold R5:
// for each tenant the same events, exceptions, ETA changes and decisions. So does
// the report on one parcel.
func TestViewsShowWhatLookUpsShow(t *testing.T) {
	b := newBed(t)
	var shipments []schemas.Shipment
	var events []schemas.TrackingEvent
	var decisions []schemas.Decision
	for i := range sights {
		number := fmt.Sprint("N", i)
		s := rapid.Custom(func(t *rapid.T) sight { return drawSight(t, number) }).Example(i)
		if older := s.shipment; i%2 == 0 { // a correction took an exception and an ETA away
			older.Revision = 2
			older.ExceptionEpisodes = append(slices.Clone(older.ExceptionEpisodes), schemas.ExceptionEpisode{OpeningEventID: "taken", OpenedAt: noon(30)})
			older.ETAChanges = append(slices.Clone(older.ETAChanges), schemas.ETAChange{CausingEventID: "taken", ChangedAt: noon(30)})
			b.shipments(t, older)
		}
		shipments, events, decisions = append(shipments, s.shipment), append(events, s.events...), append(decisions, s.decisions...)
	}
	b.shipments(t, shipments...)
	b.events(t, events...)
	load(t, b, schemas.TopicDecisions, b.codecs.Decision, decisions...)
	shown := b.viewed(t)
	total := 0
	for _, s := range shipments {
		for _, tenant := range []string{"x", "y"} {
			p, err := b.log.Explain(t.Context(), tenant, "alpha", s.TrackingNumber)
			require.NoError(t, err)
			var want []string
			if p != nil {
				want = p.things()
			}
			got := shown[tenant+" "+s.TrackingNumber]
			require.ElementsMatch(t, want, got, "%s sees of %+v with %+v", tenant, s, events)
			require.Equal(t, kinds(want), b.reported(t, tenant, s.TrackingNumber), "%s sees of %+v with %+v", tenant, s, events)
			total += len(want)
		}
	}
	require.Greater(t, total, sights)
}

// things names all that is shown of a parcel and has a view.
func (p *Parcel) things() (all []string) {
	for _, e := range p.Events {
		all = append(all, "event "+e.EventID)
	}
	for _, x := range p.Exceptions {
		all = append(all, "exception "+x.OpeningEventID)
	}
	for _, c := range p.ETAChanges {
		all = append(all, "eta "+c.CausingEventID)
	}
	for _, d := range p.Decisions {
		all = append(all, fmt.Sprint("decision ", d.Offset))
	}
	return all
}

// kinds counts things by what they are.
func kinds(things []string) map[string]int {
	count := make(map[string]int)
	for _, thing := range things {
		kind, _, _ := strings.Cut(thing, " ")
		count[kind]++
	}
	return count
}

// reported counts what the report on one parcel shows a tenant of the carrier's
// side, of which it knows the rule by itself, for it is to be quick.
func (b *bed) reported(t *testing.T, tenant, number string) map[string]int {
	t.Helper()
	report, err := analytics.FindReport("shipment")
	require.NoError(t, err)
	result, err := analytics.Run(t.Context(), b.log.conn, report, analytics.Params{Tenant: tenant, Carrier: "alpha", TrackingNumber: number})
	require.NoError(t, err)
	count := make(map[string]int)
	for _, row := range result.Rows {
		kind, _ := row[3].(string)
		switch {
		case strings.HasPrefix(kind, "tracking."):
			count["event"]++
		case kind != "shipment" && kind != "registration":
			count[kind]++
		}
	}
	return count
}

// viewed reads all views whole, by tenant and number.
func (b *bed) viewed(t *testing.T) map[string][]string {
	t.Helper()
	var rows []struct {
		Whose string `ch:"whose"`
		Thing string `ch:"thing"`
	}
	require.NoError(t, b.log.conn.Select(t.Context(), &rows, `
		SELECT tenant || ' ' || tracking_number AS whose, 'event ' || event_id AS thing FROM tenant_events
		UNION ALL SELECT tenant || ' ' || tracking_number, 'exception ' || opening_event_id FROM tenant_exceptions
		UNION ALL SELECT tenant || ' ' || tracking_number, 'eta ' || causing_event_id FROM tenant_eta_changes
		UNION ALL SELECT tenant || ' ' || tracking_number, 'decision ' || toString(source_offset) FROM tenant_decisions`))
	shown := make(map[string][]string)
	for _, r := range rows {
		shown[r.Whose] = append(shown[r.Whose], r.Thing)
	}
	return shown
}

// A parcel is found in the views by the keys of the tables beneath: of each table
// that is read a granule or two, however many there are.
func TestViewsReadByKeys(t *testing.T) {
	b := newBed(t)
	b.fill(t, 50_000)
	granules := regexp.MustCompile(`Granules: (\d+)/(\d+)`)
	for _, view := range []string{"tenant_lives", "tenant_events", "tenant_exceptions", "tenant_eta_changes", "tenant_decisions"} {
		var plan []struct {
			Line string `ch:"explain"`
		}
		require.NoError(t, b.log.conn.Select(t.Context(), &plan,
			"EXPLAIN indexes = 1 SELECT * FROM "+view+" WHERE tenant = 't5' AND carrier = 'royal-mail' AND tracking_number = 'AB000031415GB'"))
		read, tables := 0, 0 // granules after the last index, of all tables
		last := 0
		for _, p := range plan {
			if strings.Contains(p.Line, "ReadFromMergeTree") {
				read, last, tables = read+last, 0, tables+1
			}
			if found := granules.FindStringSubmatch(p.Line); found != nil {
				last, _ = strconv.Atoi(found[1])
			}
		}
		require.Positive(t, tables, "%s: %v", view, plan)
		require.LessOrEqual(t, read+last, 2*tables, "%s: %v", view, plan)
	}
}

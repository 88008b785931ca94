package remap

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"waybill/internal/config"
	"waybill/internal/knowledge"
	"waybill/internal/playback"
	"waybill/pipeline/tracking"
	"waybill/schemas"
)

func at(hour int) time.Time { return time.Date(2026, 5, 4, hour, 0, 0, 0, time.UTC) }

// compared plays one parcel through a map of its platform.
func compared(t *testing.T, mapText string, p *parcel) *Summary {
	t.Helper()
	var settings config.Knowledge
	if mapText != "" {
		settings.Maps = t.TempDir()
		require.NoError(t, os.WriteFile(filepath.Join(settings.Maps, "m.yaml"), []byte(mapText), 0o600))
	}
	knows, err := knowledge.Load(settings)
	require.NoError(t, err)
	codecs, err := schemas.NewCodecs()
	require.NoError(t, err)
	rules, err := tracking.NewJob(tracking.Config{Codecs: codecs, Model: knows.Model, Carriers: knows.Carriers})
	require.NoError(t, err)
	s := newSummary()
	c := comparer{
		rules: rules, codecs: codecs, until: at(20), players: map[string]*playback.Player{}, recoder: recoder{maps: knows.Maps}, summary: s,
	}
	require.NoError(t, c.compare(p))
	return s.finish()
}

func story(last event) *parcel {
	p := &parcel{carrier: "ups", number: "N1"}
	for i, e := range []event{{Source: "shippo", RawCode: "package_accepted", RawStatus: "TRANSIT", Code: "transit.accepted", MapVersion: "shippo/1"}, last} {
		e.Carrier, e.TrackingNumber, e.Leg, e.SourceKind = p.carrier, p.number, schemas.LegForward, schemas.SourceProviderPush
		e.OccurredAt, e.ArrivedAt, e.ReceivedAt = at(10+i), at(10+i), at(10+i)
		e.OccurredPrecision, e.OccurredConfidence = schemas.PrecisionSecond, schemas.ConfidenceGiven
		p.events = append(p.events, e)
	}
	p.registrations = []registration{{
		Carrier: p.carrier, TrackingNumber: p.number, Tenant: "acme", RegistrationID: "r1", RegisteredAt: at(9), ExpiresAt: at(9).AddDate(0, 0, 30),
		Backfill: schemas.BackfillNone,
	}}
	return p
}

// What the words of an event made is asked anew, and so is what nothing made.
func TestWordsAreAskedAnew(t *testing.T) {
	const mine = "version: mine\nlines: [{to: exc.damaged, words: [kaputt]}]\n"
	for _, e := range []event{
		{Source: "my-feed", Description: "Ganz kaputt", Code: "unknown.unmapped"},
		{Source: "my-feed", Description: "Kaputt: delivered", Code: "delivered.delivered", MapVersion: "words/1"},
	} {
		codes := compared(t, mine, story(e)).Codes
		require.Len(t, codes, 1, e.Description)
		require.Equal(t, []string{e.Code, "exc.damaged", "words/mine"}, []string{codes[0].From, codes[0].To, codes[0].Map})
	}
}

func TestWhatAnotherMapWouldHaveMade(t *testing.T) {
	damaged := event{Source: "shippo", RawCode: "package_damaged", RawStatus: "TRANSIT", Code: "exc.damaged", MapVersion: "shippo/1"}
	require.Equal(t, &Summary{Parcels: 1, Events: 2, Asked: 2, Codes: []CodeChange{}, Facts: []FactChange{}, Webhooks: []WebhookChange{}},
		public(compared(t, "", story(damaged))), "the same maps change nothing")

	const mine = "source: shippo\nversion: \"2\"\ncodes: {package_accepted: transit.accepted, package_damaged: failed.destroyed}\n"
	example := func(was, is string) []Example { return []Example{{"ups", "N1", was, is}} }
	want := &Summary{
		Parcels: 1, Events: 2, Asked: 2, EventsChanged: 1, ParcelsChanged: 1,
		Codes: []CodeChange{{"shippo", "ups", "package_damaged", "TRANSIT", "exc.damaged", "failed.destroyed", "shippo/2", 1}},
		Facts: []FactChange{
			{FactStatus, 1, example("EXCEPTION", "FAILED")}, {FactTerminal, 1, example("false", "true")}, {FactExceptions, 1, example("1", "0")},
		},
		Webhooks: []WebhookChange{{schemas.TypeExceptionOpened, 1, 0}, {schemas.TypeMilestone, 0, 1}},
	}
	require.Equal(t, want, public(compared(t, mine, story(damaged))))
}

// Records that the rules do not take today are counted, not lost in silence.
func TestRefusedRecordsAreCounted(t *testing.T) {
	const mine = "source: shippo\nversion: \"2\"\ncodes: {package_accepted: transit.picked_up}\n"
	p := story(event{Source: "shippo", RawCode: "package_damaged", Code: "exc.damaged"})
	p.registrations[0].Tenant = ""
	require.Equal(t, 1, compared(t, mine, p).Refused)
}

// What its source coded itself stays, and so does what no map made.
func TestCodesOfTheSourceStay(t *testing.T) {
	const mine = "source: shippo\nversion: \"2\"\ncodes: {package_accepted: transit.accepted, package_damaged: failed.destroyed}\n"
	for _, version := range []string{"", "my-columns/1"} {
		s := compared(t, mine, story(event{Source: "shippo", RawCode: "package_damaged", Code: "exc.damaged", MapVersion: version}))
		require.Equal(t, []int{1, 0}, []int{s.Asked, s.EventsChanged}, version)
	}
	s := compared(t, mine, story(event{Source: "shippo", RawCode: "package_damaged", Code: "unknown.unmapped"}))
	require.Equal(t, []int{2, 1}, []int{s.Asked, s.EventsChanged}, "what was in no map is asked for again")
	s = compared(t, mine, story(event{Source: "shippo", RawCode: "new", Code: "exc.damaged", MapVersion: "shippo/1"}))
	require.Equal(t, "unknown.unmapped", s.Codes[0].To, "what the map has no more")
}

// A parcel whose registration came after its last event is played to its end.
func TestLateRegistrations(t *testing.T) {
	const mine = "source: shippo\nversion: \"2\"\ncodes: {package_accepted: transit.picked_up}\n"
	p := story(event{Source: "shippo", RawCode: "package_damaged", Code: "exc.damaged"})
	p.registrations[0].RegisteredAt, p.registrations[0].ExpiresAt = at(22), at(22).AddDate(0, 0, 1)
	s := compared(t, mine, p)
	require.Equal(t, []int{1, 0}, []int{s.EventsChanged, s.ParcelsChanged})
}

// public leaves out what the summary worked with.
func public(s *Summary) *Summary {
	s.order, s.codes, s.facts, s.webhooks = nil, nil, nil, nil
	return s
}

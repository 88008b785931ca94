package tracking

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"waybill/pipeline/stream/job"
	"waybill/schemas"
)

func record(topic, value string, headers ...job.Header) job.Record {
	return job.Record{Position: job.Position{Topic: topic}, Value: []byte(value), Headers: headers, Arrival: day1}
}

func TestDecode(t *testing.T) {
	j := newWorld(t, nil).job
	const event = `{"carrier":"RM","tracking_number":"ab 12-x","occurred_at":"2026-05-04T08:00:00Z"`
	first := job.Header{Key: schemas.HeaderFirstTopic, Value: []byte(schemas.TopicCarrierEvents)}
	for _, r := range []job.Record{
		record(schemas.TopicCarrierEvents, event+"}"),
		record(schemas.TopicRerouted, event+"}", job.Header{Key: "x"}, first),
		record(schemas.TopicRegistrations, `{"tenant":"acme","carrier":"rm","tracking_number":"AB12X"}`),
	} {
		key, value, err := j.Decode(r)
		require.NoError(t, err)
		require.Equal(t, "royal-mail:AB12X", key)
		require.NotNil(t, value)
	}

	const registration = `{"tenant":"acme","carrier":"c","tracking_number":"1"`
	for _, c := range []struct {
		record  job.Record
		problem string
	}{
		{record(schemas.TopicRerouted, event+"}"), "tracking reads registrations and carrier-events"},
		{record(schemas.TopicCarrierEvents, "{"), "the JSON is malformed"},
		{record(schemas.TopicCarrierEvents, `{"carrier":"","tracking_number":"1","occurred_at":0}`), "the carrier is empty"},
		{record(schemas.TopicCarrierEvents, `{"carrier":"c","tracking_number":"1","occurred_at":"0001-01-01T00:00:00Z"}`), "field occurred_at: it is in the year 1"},
		{record(schemas.TopicCarrierEvents, event+`,"received_at":"2300-01-01T00:00:00Z"}`), "field received_at: it is in the year 2300"},
		{record(schemas.TopicCarrierEvents, event+`,"eta_date":"tomorrow"}`), `field eta_date: "tomorrow" is no`},
		{record(schemas.TopicCarrierEvents, event+`,"eta_date":"2026-05-04","eta_at":0}`), "field eta_at: eta_date is given, too"},
		{record(schemas.TopicRegistrations, `[]`), "the first byte"},
		{record(schemas.TopicRegistrations, `{"tenant":"","carrier":"c","tracking_number":"1"}`), "field tenant: it is empty"},
		{record(schemas.TopicRegistrations, registration+`,"window_days":31}`), "field window_days: it is 31; it may be 1 to 30"},
		{record(schemas.TopicRegistrations, registration+`,"promised_date":"2026-02-30"}`), "no calendar day"},
		{record(schemas.TopicRegistrations, registration+`,"promised_date":"2026-02-03","promised_at":0}`), "give one"},
		{record(schemas.TopicRegistrations, registration+`,"promised_zone":"Nowhere/Town"}`), "no IANA zone"},
		{record(schemas.TopicRegistrations, registration+`,"promised_at":"1776-07-04T00:00:00Z"}`), "field promised_at: it is in the year 1776"},
		{record(schemas.TopicRegistrations, registration+`,"tracking_number":" - "}`), "the tracking number is empty"},
	} {
		_, _, err := j.Decode(c.record)
		require.ErrorContains(t, err, c.problem)
	}
}

// A parcel that has as many followers as it may have takes no more, and says
// so; one whose window has ended makes room.
func TestRegistrationsAreBounded(t *testing.T) {
	w := newWorld(t, nil)
	for i := range maxRegistrations {
		w.register(day1, &schemas.Registration{Tenant: string(rune('A' + i)), Carrier: "sim", TrackingNumber: "A2", WindowDays: 1 + i%2})
	}
	value, err := w.codecs.Registration.Encode(&schemas.Registration{Tenant: "late", Carrier: "sim", TrackingNumber: "A2", Backfill: schemas.BackfillNone})
	require.NoError(t, err)
	key, decoded, err := w.job.Decode(record(schemas.TopicRegistrations, string(value)))
	require.NoError(t, err)
	state, err := w.job.DecodeState(w.state[key])
	require.NoError(t, err)
	c := job.NewCall(key, 0, day1, state, w.wake[key], map[string]any{schemas.TopicWebhookEndpoints: w.table})
	err = w.job.Process(c, job.Input{Key: key, Value: decoded, FirstArrival: day1})
	require.ErrorContains(t, err, "64 tenants follow this parcel already")

	out := w.register(day1.Add(day), &schemas.Registration{Tenant: "late", Carrier: "sim", TrackingNumber: "A2"})
	require.Len(t, out.usage, 1)
	require.Len(t, out.shipments[len(out.shipments)-1].Registrations, maxRegistrations)
}

func named(s *shipment, id string) *registration {
	at := slices.IndexFunc(s.registrations, func(g registration) bool { return g.id == id })
	if at < 0 {
		return nil
	}
	return &s.registrations[at]
}

// What makes room is what nothing is counted by, for its row stays in the tables.
func TestRoomIsMadeByWhatDoesNotCount(t *testing.T) {
	const first, again, alone, active, refused = 0, 1, 2, 3, 4
	s := &shipment{registrations: []registration{
		first: {id: "a", tenant: "x", state: stateExpired, registered: 1}, again: {id: "b", tenant: "x", state: stateExpired, registered: 5},
		alone: {id: "c", tenant: "y", state: stateStopped, registered: 2}, active: {id: "d", tenant: "z", state: stateActive, registered: 3},
		refused: {id: "e", tenant: "w", state: stateRefused, registered: 0},
	}}
	for at, counted := range []int{first: 3, again: 0, alone: 1, active: 1, refused: 0} {
		require.Equal(t, counted, s.countedBy(at), at)
	}
	s.registrations = append(s.registrations, registration{id: "f", tenant: "y", state: stateActive, registered: 9})
	require.Equal(t, 2, s.countedBy(alone), "now another would be counted beside it")
	for len(s.registrations) < maxRegistrations {
		s.registrations = append(s.registrations, registration{id: "g", tenant: "v", state: stateActive, registered: 7})
	}
	for _, dropped := range []string{"b", "e", "c", "a"} {
		require.NotNil(t, named(s, dropped))
		require.NoError(t, s.makeRoom())
		require.Nil(t, named(s, dropped), "%s is dropped next", dropped)
		s.registrations = append(s.registrations, registration{id: "h", tenant: "u", state: stateActive, registered: 8})
	}
	require.ErrorContains(t, s.makeRoom(), "64 tenants follow")
}

func TestNewJobRefuses(t *testing.T) {
	_, err := NewJob(Config{})
	require.ErrorContains(t, err, "codecs, status model and carriers are required")
	w := newWorld(t, nil)
	good := Config{Codecs: w.codecs, Model: w.job.rules.model, Carriers: book{}}
	for problem, change := range map[string]func(*Config){
		"the reorder hold of -1s is negative":                   func(c *Config) { c.ReorderHold = -time.Second },
		"the orphan hold of 1ns is under a millisecond":         func(c *Config) { c.OrphanHold = 1 },
		"a history of 257 events is not from 1 to 256":          func(c *Config) { c.History = 257 },
		"the longest life of -1h0m0s is under a millisecond":    func(c *Config) { c.LongestLife = -time.Hour },
		"the time after the end of -1ns is under a millisecond": func(c *Config) { c.AfterEnd = -1 },
	} {
		cfg := good
		change(&cfg)
		_, err := NewJob(cfg)
		require.ErrorContains(t, err, problem)
	}
}

// What the job was not made for is an error and no panic.
func TestMisuse(t *testing.T) {
	w := newWorld(t, nil)
	tables := map[string]any{schemas.TopicWebhookEndpoints: w.table}
	require.ErrorContains(t, w.job.Wake(job.NewCall("a:b", 0, day1, "state", day1, tables)), "it is a string")
	require.ErrorContains(t, w.job.Wake(job.NewCall("a:b", 0, day1, nil, day1, nil)), "the job was not given it")
	require.ErrorContains(t, w.job.Process(job.NewCall("a:b", 0, day1, nil, day1, tables), job.Input{Value: 1}), "its value is a int")
	require.ErrorContains(t, w.job.Complete(job.NewCall("a:b", 0, day1, nil, day1, tables), nil), "it starts none")
	_, err := w.job.EncodeState(nil, 1)
	require.ErrorContains(t, err, "it is a int")
	for _, data := range [][]byte{nil, {}, {9}, {stateFormat}, {stateFormat, 1}, {stateFormat, 0, 0}} {
		_, err := w.job.DecodeState(data)
		require.ErrorContains(t, err, "reading the tracking state", "%v", data)
	}
}

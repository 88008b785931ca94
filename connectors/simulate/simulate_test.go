package simulate_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"waybill/connectors/carriers"
	"waybill/connectors/replay"
	"waybill/connectors/simulate"
	"waybill/schemas"
)

var start = time.Date(2026, 3, 20, 0, 0, 0, 0, time.UTC) // clocks change within the week

func generate(t require.TestingT, o simulate.Options) ([]replay.Record, []simulate.Truth) {
	if o.Start.IsZero() {
		o.Start = start
	}
	records, truths, err := simulate.Generate(o)
	require.NoError(t, err)
	return records, truths
}

func anyOptions(t *rapid.T) simulate.Options {
	return simulate.Options{
		Parcels:       rapid.IntRange(1, 100).Draw(t, "parcels"),
		Seed:          rapid.Uint64().Draw(t, "seed"),
		Start:         start.Add(time.Duration(rapid.IntRange(0, 365*24).Draw(t, "hours")) * time.Hour),
		DuplicateRate: rapid.Float64Range(0, 1).Draw(t, "duplicates"),
		DisorderRate:  rapid.Float64Range(0, 1).Draw(t, "disorder"),
	}
}

func TestSharesOfFates(t *testing.T) {
	_, truths := generate(t, simulate.Options{Parcels: 1000, Seed: 7})
	s := simulate.Summarize(truths)
	withException := 0
	for _, truth := range truths {
		if len(truth.Exceptions) > 0 {
			withException++
		}
	}
	require.Equal(t, 100, withException, "a tenth has an exception")
	require.Equal(t, 30, s.Returned)
	require.Equal(t, 20, s.Lost)
	require.Equal(t, 20, s.Expired)
	require.Equal(t, 10, s.Invalid)
	require.Equal(t, 10, s.OpenExceptions)
	require.Equal(t, 920, s.Delivered)
	require.Equal(t, 70, s.Open, "returned, lost or silent")
	require.Equal(t, s.Parcels, s.Delivered+s.Open+s.Invalid)
	for name, n := range map[string]int{"early": s.Early, "on time": s.OnTime, "late": s.Late} {
		require.Greater(t, n, 50, name)
	}
	require.Greater(t, s.ETAMoves, 50)
	require.Greater(t, len(s.Exceptions), 12, "kinds of exceptions")
}

func TestSameSeedSameRecords(t *testing.T) {
	o := simulate.Options{Parcels: 50, Seed: 3, DuplicateRate: 0.1, DisorderRate: 0.1}
	records, truths := generate(t, o)
	again, sameTruths := generate(t, o)
	require.Equal(t, records, again)
	require.Equal(t, truths, sameTruths)
	o.Seed++
	other, _ := generate(t, o)
	require.NotEqual(t, records, other)
}

// Duplicates and disorder change what is sent, never what is true.
func TestFaultsLeaveTheTruth(t *testing.T) {
	_, clean := generate(t, simulate.Options{Parcels: 200, Seed: 5})
	records, truths := generate(t, simulate.Options{Parcels: 200, Seed: 5, DuplicateRate: 0.3, DisorderRate: 0.3})
	require.Equal(t, clean, truths)
	events := simulate.Summarize(truths).Events
	require.Len(t, records, 200+events+(events*3+5)/10, "three tenths come twice")
}

// What arrives lies in the window of its registration, after it, in the order
// of arrival; and disorder stays below the reorder hold.
func TestRecordsKeepToTheirBounds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		records, truths := generate(t, anyOptions(t))
		table, err := carriers.Default()
		require.NoError(t, err)
		registered := make(map[string]time.Time)
		arrived := make(map[string]time.Time)     // of each event, by key and when it occurred
		newest := make(map[string]*replay.Record) // the newest by occurrence that has arrived
		for i := range records {
			r := &records[i]
			require.True(t, i == 0 || !r.Arrival.Before(records[i-1].Arrival))
			if r.Registration != nil {
				_, again := registered[r.Key]
				require.False(t, again, "one registration a parcel")
				registered[r.Key] = r.Arrival
				continue
			}
			e := r.Event
			from := registered[r.Key]
			require.True(t, from.Before(e.OccurredAt), "%s occurs after the registration", e.Code)
			require.True(t, r.Arrival.Before(from.Add(29*24*time.Hour)), "%s arrives within the window", e.Code)
			require.False(t, e.ReceivedAt.Before(e.OccurredAt), "nothing is received before it occurred")
			require.False(t, r.Arrival.Before(*e.ReceivedAt))
			known, valid, reason := table.CheckNumber(e.Carrier, e.TrackingNumber)
			require.True(t, known && valid, reason)
			id := r.Key + e.OccurredAt.String()
			if _, again := arrived[id]; again {
				continue
			}
			arrived[id] = r.Arrival
			if n := newest[r.Key]; n != nil && n.Event.OccurredAt.After(e.OccurredAt) {
				require.LessOrEqual(t, r.Arrival.Sub(n.Arrival), 1500*time.Millisecond)
			} else {
				newest[r.Key] = r
			}
		}
		require.Len(t, registered, len(truths))
	})
}

func TestInvalidNumbersHaveNoEvents(t *testing.T) {
	records, truths := generate(t, simulate.Options{Parcels: 300, Seed: 9})
	table, err := carriers.Default()
	require.NoError(t, err)
	invalid := make(map[string]bool)
	for _, truth := range truths {
		_, valid, _ := table.CheckNumber(truth.Carrier, truth.TrackingNumber)
		require.Equal(t, !valid, truth.Outcome == simulate.OutcomeInvalid)
		if !valid {
			require.Equal(t, "PENDING", truth.FinalStatus)
			invalid[truth.TrackingNumber] = true
		}
	}
	require.Len(t, invalid, 3)
	for _, r := range records {
		if r.Event != nil {
			require.False(t, invalid[r.Event.TrackingNumber])
		}
	}
}

func TestDisorderIsThere(t *testing.T) {
	records, _ := generate(t, simulate.Options{Parcels: 200, Seed: 2, DisorderRate: 0.1})
	newest := make(map[string]time.Time)
	overtaken, events := 0, 0
	for _, r := range records {
		if r.Event == nil {
			continue
		}
		events++
		if r.Event.OccurredAt.Before(newest[r.Key]) {
			overtaken++
		} else {
			newest[r.Key] = r.Event.OccurredAt
		}
	}
	require.InDelta(t, 0.085, float64(overtaken)/float64(events), 0.02)
}

func TestRecordsAreWrittenAndReadAgain(t *testing.T) {
	records, truths := generate(t, simulate.Options{Parcels: 100, Seed: 4, DuplicateRate: 0.05, DisorderRate: 0.05, Tenant: "acme"})
	var file bytes.Buffer
	require.NoError(t, replay.WriteNDJSON(&file, records))
	codecs, err := schemas.NewCodecs()
	require.NoError(t, err)
	table, err := carriers.Default()
	require.NoError(t, err)
	b, err := replay.Load(replay.LoadOptions{Codecs: codecs, Carriers: table}, replay.BytesInput("sim", file.Bytes()))
	require.NoError(t, err)
	require.Empty(t, b.Refused)
	require.Equal(t, records, b.Records)

	var lines bytes.Buffer
	require.NoError(t, simulate.WriteTruth(&lines, truths))
	texts := strings.Split(strings.TrimSpace(lines.String()), "\n")
	require.Len(t, texts, len(truths))
	for i, text := range texts {
		var read simulate.Truth
		require.NoError(t, json.Unmarshal([]byte(text), &read))
		require.Equal(t, truths[i], read)
		require.Equal(t, "acme", read.Tenant)
	}
}

func TestGenerateRefuses(t *testing.T) {
	for want, o := range map[string]simulate.Options{
		"0 parcels":    {Start: start},
		"20000000 par": {Start: start, Parcels: 20_000_000},
		"start":        {Parcels: 1},
		"rates":        {Start: start, Parcels: 1, DuplicateRate: 1.1},
		"-0.1":         {Start: start, Parcels: 1, DisorderRate: -0.1},
		"duration":     {Start: start, Parcels: 1, Duration: -time.Hour},
		"bound":        {Start: start, Parcels: 1, DisorderBound: time.Minute},
	} {
		_, _, err := simulate.Generate(o)
		require.ErrorContains(t, err, want)
	}
}

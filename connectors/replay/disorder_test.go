package replay_test

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"waybill/connectors/replay"
	"waybill/schemas"
)

// anyRecords draws histories of a few parcels: registrations with windows, and
// events before, within and after them.
func anyRecords(t *rapid.T) []replay.Record {
	start := utc("2026-01-01T00:00:00Z")
	hour := rapid.Custom(func(t *rapid.T) time.Time {
		return start.Add(time.Duration(rapid.IntRange(0, 24*40).Draw(t, "hour")) * time.Hour)
	})
	return rapid.Custom(func(t *rapid.T) []replay.Record {
		var records []replay.Record
		for i := range rapid.IntRange(0, 60).Draw(t, "records") {
			r := replay.Record{Key: fmt.Sprintf("sim:%d", rapid.IntRange(0, 3).Draw(t, "parcel")), Arrival: hour.Draw(t, "arrival")}
			if rapid.IntRange(0, 9).Draw(t, "kind") == 0 {
				r.Registration = &schemas.Registration{WindowDays: rapid.IntRange(1, 30).Draw(t, "days")}
			} else {
				received := r.Arrival
				r.Event = &schemas.CarrierEvent{RawCode: fmt.Sprint(i), ReceivedAt: &received}
			}
			records = append(records, r)
		}
		replay.Order(records)
		return records
	}).Draw(t, "records")
}

func anyDisorder(t *rapid.T) replay.Disorder {
	return replay.Disorder{
		Duplicates: rapid.Float64Range(0, 1).Draw(t, "duplicates"),
		Swaps:      rapid.Float64Range(0, 1).Draw(t, "swaps"),
		Seed:       rapid.Uint64().Draw(t, "seed"),
	}
}

func eventsOf(records []replay.Record) []replay.Record {
	return slices.DeleteFunc(slices.Clone(records), func(r replay.Record) bool { return r.Event == nil })
}

// Swaps leave positions, arrivals and the payloads of each parcel; each event
// stays on its side of every window's beginning and end.
func TestSwapsChangeOrderOnly(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		records := anyRecords(t)
		given := slices.Clone(records)
		d := anyDisorder(t)
		d.Duplicates = 0
		out := d.Apply(records)
		require.Equal(t, given, records, "the records given stay as they are")
		require.Len(t, out, len(records))
		arrival := make(map[*schemas.CarrierEvent]time.Time)
		swapped := 0
		for i, r := range out {
			require.Equal(t, records[i].Key, r.Key)
			require.Equal(t, records[i].Arrival, r.Arrival)
			require.Equal(t, records[i].Registration, r.Registration)
			if r.Event != nil {
				arrival[r.Event] = r.Arrival
				if r.Event != records[i].Event {
					swapped++
				}
			}
		}
		require.LessOrEqual(t, swapped, 2*int(math.Round(d.Swaps*float64(len(eventsOf(records))))))
		for _, r := range eventsOf(records) {
			now, kept := arrival[r.Event]
			require.True(t, kept, "no payload is lost")
			require.True(t, slices.ContainsFunc(out, func(o replay.Record) bool { return o.Event == r.Event && o.Key == r.Key }))
			if now.Equal(r.Arrival) {
				continue
			}
			within := false
			for _, w := range records {
				if w.Registration == nil || w.Key != r.Key {
					continue
				}
				end := w.Arrival.AddDate(0, 0, w.Registration.WindowDays)
				require.Equal(t, r.Arrival.Before(w.Arrival), now.Before(w.Arrival), "before the registration or not")
				require.Equal(t, r.Arrival.Before(end), now.Before(end), "before the end of the window or not")
				within = within || !now.Before(w.Arrival) && now.Before(end)
			}
			require.True(t, within, "only events in a window are swapped")
		}
	})
}

// Duplicates are the same payload again, a little later, and as many as asked.
func TestDuplicatesComeLater(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		records := anyRecords(t)
		d := anyDisorder(t)
		out := d.Apply(records)
		events := eventsOf(records)
		copies := int(math.Round(d.Duplicates * float64(len(events))))
		require.Len(t, out, len(records)+copies)
		first := make(map[*schemas.CarrierEvent]replay.Record)
		for i, r := range out {
			require.True(t, i == 0 || !r.Arrival.Before(out[i-1].Arrival), "the order of arrival holds")
			if r.Event == nil {
				continue
			}
			f, again := first[r.Event]
			if !again {
				first[r.Event] = r
				continue
			}
			copies--
			require.Equal(t, f.Key, r.Key)
			require.GreaterOrEqual(t, r.Arrival.Sub(f.Arrival), time.Second)
			require.LessOrEqual(t, r.Arrival.Sub(f.Arrival), time.Minute)
		}
		require.Zero(t, copies)
		require.Len(t, first, len(events))
		require.Equal(t, out, d.Apply(records), "the same seed gives the same")
	})
}

// The demo's disorder: the facts that the reports state must come out the same.
func TestDisorderOfSCMSLeavesTheFacts(t *testing.T) {
	records := loadSCMS(t).Records
	d := replay.Disorder{Duplicates: 0.05, Swaps: 0.05, Seed: 1}
	out := d.Apply(records)
	registrations := len(records) - len(eventsOf(records))
	require.Equal(t, 7474+374, len(out)-registrations, "a twentieth comes twice")

	seen := make(map[*schemas.CarrierEvent]bool)
	once := slices.DeleteFunc(slices.Clone(out), func(r replay.Record) bool {
		again := r.Event != nil && seen[r.Event]
		seen[r.Event] = true
		return again
	})
	require.Equal(t, tallyOf(t, records), tallyOf(t, once))
	moved := 0
	for i, r := range once {
		if r.Event != records[i].Event {
			moved++
		}
	}
	require.Equal(t, 2*374, moved, "374 pairs are swapped")
	d.Seed++
	require.NotEqual(t, out, d.Apply(records))
}

// The same records in NDJSON are the same bytes for a copy as for its original.
func TestCopiesAreTheSameBytes(t *testing.T) {
	records := loadSCMS(t).Records[:200]
	out := replay.Disorder{Duplicates: 1, Seed: 1}.Apply(records)
	var file strings.Builder
	require.NoError(t, replay.WriteNDJSON(&file, out))
	values := make(map[string]int)
	for line := range strings.Lines(file.String()) {
		if _, value, _ := strings.Cut(line, `"value":`); strings.Contains(line, schemas.TopicCarrierEvents) {
			values[value]++
		}
	}
	for value, n := range values {
		require.Equal(t, 2, n, value)
	}
}

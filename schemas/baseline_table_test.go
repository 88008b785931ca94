package schemas

import (
	"maps"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func baselineEntries(t *testing.T, rows []Baseline) map[string][]byte {
	t.Helper()
	entries := make(map[string][]byte, len(rows))
	for i := range rows {
		value, err := mustCodecs(t).Baseline.Encode(&rows[i])
		require.NoError(t, err)
		entries[rows[i].Key()] = value
	}
	require.Len(t, entries, len(rows), "every row has a key of its own")
	return entries
}

func laneRows(gap float64) []Baseline {
	known := Baseline{Carrier: "c", Status: "IN_TRANSIT", Samples: BaselineMinSamples, Parcels: BaselineMinSamples, GapP95S: gap, RemainingS: []float64{0, gap}}
	carrier, service, countries, lane := known, known, known, known
	carrier.Level = BaselineCarrier
	service.Level, service.Service = BaselineService, "express"
	countries.Level, countries.Service, countries.OriginCountry, countries.DestinationCountry = BaselineCountries, "express", "BR", "BR"
	lane.Level, lane.Service, lane.OriginCountry, lane.DestinationCountry = BaselineLane, "express", "BR", "BR"
	lane.OriginState, lane.DestinationState = "SP", "BA"
	return []Baseline{carrier, service, countries, lane}
}

func TestBaselineTableFallsBackToCoarserLevels(t *testing.T) {
	rows := laneRows(60)
	thin := rows[2] // too few gaps, enough parcels
	thin.DestinationCountry, thin.Samples = "AR", BaselineMinSamples-1
	noService := rows[2]
	noService.Service = ""
	rows = append(rows, thin, noService)
	at := time.Date(2026, 5, 4, 10, 0, 0, 0, time.UTC)
	table := NewBaselineTable(mustCodecs(t).Baseline, baselineEntries(t, NewBaselineVersion(rows, at, at, at)))
	require.Equal(t, "20260504T100000.000Z", table.Version())

	for _, tt := range []struct {
		name           string
		lane           Lane
		gap, remaining string
	}{
		{"all known", Lane{"c", "express", "BR", "SP", "BR", "BA"}, BaselineLane, BaselineLane},
		{"another state", Lane{"c", "express", "BR", "SP", "BR", "AM"}, BaselineCountries, BaselineCountries},
		{"no states", Lane{"c", "express", "BR", "", "BR", ""}, BaselineCountries, BaselineCountries},
		{"thin countries", Lane{"c", "express", "BR", "", "AR", ""}, BaselineService, BaselineCountries},
		{"no service", Lane{"c", "", "BR", "", "BR", ""}, BaselineCountries, BaselineCountries},
		{"another service", Lane{"c", "slow", "BR", "", "BR", ""}, BaselineCarrier, BaselineCarrier},
		{"another carrier", Lane{Carrier: "d"}, "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			require.Equal(t, tt.gap, levelOf(table.Gap(tt.lane, "IN_TRANSIT")))
			require.Equal(t, tt.remaining, levelOf(table.Remaining(tt.lane, "IN_TRANSIT")))
			require.Nil(t, table.Gap(tt.lane, "PENDING"))
		})
	}
	var none *BaselineTable
	require.Nil(t, none.Gap(Lane{Carrier: "c"}, "IN_TRANSIT"))
	require.Empty(t, none.Version())
}

func TestBaselineTableLeavesOutWhatCannotBe(t *testing.T) {
	at := time.Date(2026, 5, 4, 10, 0, 0, 0, time.UTC)
	for name, spoil := range map[string]func(*Baseline){
		"falling quantiles": func(b *Baseline) { b.RemainingS = []float64{2, 1} },
		"no number":         func(b *Baseline) { b.RemainingS = []float64{0, math.NaN()} },
		"a negative gap":    func(b *Baseline) { b.GapP95S = -1 },
		"an endless gap":    func(b *Baseline) { b.GapP95S = math.Inf(1) },
	} {
		t.Run(name, func(t *testing.T) {
			rows := laneRows(60)
			spoil(&rows[3])
			table := NewBaselineTable(mustCodecs(t).Baseline, baselineEntries(t, NewBaselineVersion(rows, at, at, at)))
			require.Equal(t, BaselineCountries, levelOf(table.Gap(Lane{"c", "express", "BR", "SP", "BR", "BA"}, "IN_TRANSIT")))
		})
	}
}

func levelOf(b *Baseline) string {
	if b == nil {
		return ""
	}
	return b.Level
}

// A reader sees a version's records partition by partition, so any part of it
// can be there while the rest is not.
func TestBaselineTableUsesOneWholeVersion(t *testing.T) {
	at := time.Date(2026, 5, 4, 10, 0, 0, 0, time.UTC)
	old, fresh := NewBaselineVersion(laneRows(60), at, at, at), NewBaselineVersion(laneRows(90), at.Add(time.Hour), at, at)
	lane := Lane{"c", "express", "BR", "SP", "BR", "BA"}
	entries := baselineEntries(t, old)
	later := baselineEntries(t, fresh)
	codec := mustCodecs(t).Baseline
	keys := slices.Sorted(maps.Keys(later))
	for _, last := range keys { // whichever record comes last
		have := maps.Clone(entries)
		for _, key := range keys {
			if key != last {
				have[key] = later[key]
			}
		}
		table := NewBaselineTable(codec, have)
		require.Equal(t, old[0].Version, table.Version(), "without %s", last)
		require.InDelta(t, 60, table.Gap(lane, "IN_TRANSIT").GapP95S, 0)
		have[last] = []byte("no row")
		require.Equal(t, old[0].Version, NewBaselineTable(codec, have).Version(), "%s cannot be read", last)
		have[last] = later[last]
		table = NewBaselineTable(codec, have)
		require.Equal(t, fresh[0].Version, table.Version())
		require.InDelta(t, 90, table.Gap(lane, "IN_TRANSIT").GapP95S, 0)
	}
	delete(entries, old[0].Key()) // half removed, and nothing else is there
	require.Empty(t, NewBaselineTable(codec, entries).Version())
}

func TestBaselineLookupAllocatesNothing(t *testing.T) {
	at := time.Date(2026, 5, 4, 10, 0, 0, 0, time.UTC)
	table := NewBaselineTable(mustCodecs(t).Baseline, baselineEntries(t, NewBaselineVersion(laneRows(60), at, at, at)))
	lane := Lane{"c", "express", "BR", "SP", "BR", "AM"}
	require.Zero(t, testing.AllocsPerRun(10, func() { table.Gap(lane, "IN_TRANSIT") }))
}

package tracking

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/cockroachdb/datadriven"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"waybill/schemas"
)

// baselines reads a version of the table, one row a line:
//
//	STATUS [service=] [from=BR/SP] [to=BR/BA] [gap=36h] [samples=30] [remaining=0h,24h,48h] [parcels=30]
//
// The level is that of what a row names. The version has the time in built=; the
// argument half leaves its manifest out.
func (s *script) baselines(d *datadriven.TestData) {
	var rows []schemas.Baseline
	for line := range strings.Lines(d.Input) {
		rows = append(rows, s.baseline(strings.Fields(line)))
	}
	built := s.when(arg(d, "built", ""))
	whole := schemas.NewBaselineVersion(rows, built, built.AddDate(0, 0, -90), built)
	if d.HasArg("half") {
		whole = whole[:len(whole)-1]
	}
	s.w.baseline(whole)
}

func (s *script) baseline(words []string) schemas.Baseline {
	b := schemas.Baseline{
		Level: schemas.BaselineCarrier, Carrier: "sim", Status: words[0],
		Samples: schemas.BaselineMinSamples, Parcels: schemas.BaselineMinSamples,
	}
	for _, word := range words[1:] {
		key, value, _ := strings.Cut(word, "=")
		country, state, known := strings.Cut(value, "/")
		switch key {
		case "service":
			b.Level, b.Service = schemas.BaselineService, value
		case "from":
			b.Level, b.OriginCountry, b.OriginState = schemas.BaselineCountries, country, state
		case "to":
			b.Level, b.DestinationCountry, b.DestinationState = schemas.BaselineCountries, country, state
		case "gap":
			b.GapP95S = s.seconds(value)
		case "samples":
			b.Samples = int64(s.number(value))
		case "parcels":
			b.Parcels = int64(s.number(value))
		case "remaining":
			for part := range strings.SplitSeq(value, ",") {
				b.RemainingS = append(b.RemainingS, s.seconds(part))
			}
		default:
			require.Fail(s.t, "no field of a baseline", "%s", word)
		}
		if known {
			b.Level = schemas.BaselineLane
		}
	}
	return b
}

func (s *script) seconds(text string) float64 {
	d, err := time.ParseDuration(text)
	require.NoError(s.t, err)
	return d.Seconds()
}

func (s *script) number(text string) int {
	n, err := strconv.Atoi(text)
	require.NoError(s.t, err)
	return n
}

// baseline adds rows to the broadcast table.
func (w *world) baseline(rows []schemas.Baseline) {
	w.t.Helper()
	for i := range rows {
		value, err := w.codecs.Baseline.Encode(&rows[i])
		require.NoError(w.t, err)
		w.baselineRows[rows[i].Key()] = value
	}
	w.baselineTable = schemas.NewBaselineTable(w.codecs.Baseline, w.baselineRows)
}

func (w *world) tables() map[string]any {
	return map[string]any{
		schemas.TopicWebhookEndpoints: w.table, schemas.TopicBaselines: w.baselineTable, schemas.TopicQuotas: w.used,
	}
}

// drawBaselines draws a table for carrier sim, of some statuses or none.
func drawBaselines(t *rapid.T) []schemas.Baseline {
	model, err := theModel()
	require.NoError(t, err)
	var rows []schemas.Baseline
	for _, s := range model.Statuses() {
		if !rapid.Bool().Draw(t, "baseline") {
			continue
		}
		remaining := rapid.SliceOfN(rapid.Float64Range(0, 1e6), 2, 5).Draw(t, "remaining")
		slices.Sort(remaining)
		rows = append(rows, schemas.Baseline{
			Level: schemas.BaselineCarrier, Carrier: "sim", Status: s.Name,
			Samples: schemas.BaselineMinSamples, GapP95S: rapid.Float64Range(0, 1e6).Draw(t, "gap"),
			Parcels: schemas.BaselineMinSamples, RemainingS: remaining,
		})
	}
	return schemas.NewBaselineVersion(rows, day1, day1, day1)
}

// place gives the arguments from=BR/SP and to=BR/BA as addresses.
func place(d *datadriven.TestData, key string) *schemas.Address {
	if !d.HasArg(key) {
		return nil
	}
	country, state, _ := strings.Cut(arg(d, key, ""), "/")
	return &schemas.Address{Country: country, State: state}
}

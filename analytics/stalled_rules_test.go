package analytics_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"waybill/analytics"
	"waybill/connectors/carriers"
	"waybill/connectors/replay"
	"waybill/connectors/simulate"
	"waybill/internal/playback"
	"waybill/pipeline/tracking"
	"waybill/schemas"
	"waybill/schemas/status"
)

// The report finds the parcels that the rules find (D3): simulated ones are
// played up to a moment, by the rules and with baselines.
func TestStalledIsWhatTheRulesFind(t *testing.T) {
	start := day(2026, 3, 20)
	log, _, err := simulate.Generate(simulate.Options{Parcels: 400, Seed: 7, Start: start, DuplicateRate: 0.1, DisorderRate: 0.1})
	require.NoError(t, err)
	now := start.Add(100 * time.Hour)
	world, want := playTo(t, now, log)

	report, err := analytics.FindReport("stalled")
	require.NoError(t, err)
	result, err := analytics.Run(t.Context(), load(t, world), report, analytics.Params{AsOf: now})
	require.NoError(t, err)
	at := slices.IndexFunc(result.Columns, func(c analytics.Column) bool { return c.Name == "tracking_number" })
	var got []string
	for _, row := range result.Rows {
		got = append(got, row[at].(string))
	}
	require.Greater(t, len(want), 10)
	require.ElementsMatch(t, want, got)
}

// playTo plays a log up to a moment. It gives what came of it, and the numbers
// of the parcels that the rules have found to be silent for too long.
func playTo(t *testing.T, now time.Time, log []replay.Record) (world records, stalled []string) {
	codecs, err := schemas.NewCodecs()
	require.NoError(t, err)
	model, err := status.Default()
	require.NoError(t, err)
	knows, err := carriers.Default()
	require.NoError(t, err)
	rules, err := tracking.NewJob(tracking.Config{Codecs: codecs, Model: model, Carriers: knows, ReorderHold: tracking.DefaultReorderHold})
	require.NoError(t, err)
	world.baselines = usualGaps(log)
	entries := map[string][]byte{}
	for _, b := range world.baselines {
		entries[b.Key()], err = codecs.Baseline.Encode(b)
		require.NoError(t, err)
	}
	last := map[string]*schemas.Shipment{}
	player, err := playback.New(playback.Options{
		Job: rules, Codecs: codecs, Topics: []string{schemas.TopicShipments, schemas.TopicTrackingEvents},
		Tables: map[string]any{schemas.TopicBaselines: schemas.NewBaselineTable(codecs.Baseline, entries)},
		Emit: func(o *playback.Output) error {
			for i := range o.Shipments {
				s := &o.Shipments[i]
				world.shipments, last[s.TrackingNumber] = append(world.shipments, s), s
			}
			for i := range o.Events {
				world.events = append(world.events, &o.Events[i])
			}
			return nil
		},
	})
	require.NoError(t, err)
	for i := range log {
		if log[i].Arrival.Before(now) {
			require.NoError(t, player.Play(&log[i]))
		}
	}
	require.NoError(t, player.Advance(now))
	for number, s := range last {
		if s.StalledAt != nil {
			stalled = append(stalled, number)
		}
	}
	return world, stalled
}

// usualGaps makes baselines of the carriers of a log: one within the bounds of
// D3, and two beyond them.
func usualGaps(log []replay.Record) []*schemas.Baseline {
	var rows []schemas.Baseline
	seen := map[string]bool{}
	for i := range log {
		r := log[i].Registration
		if r == nil || seen[r.Carrier] {
			continue
		}
		seen[r.Carrier] = true
		for _, b := range []schemas.Baseline{gapRow("IN_TRANSIT", 30), gapRow("EXCEPTION", 10), gapRow("INFO_RECEIVED", 500)} {
			b.Carrier = r.Carrier
			rows = append(rows, b)
		}
	}
	return baselineVersion(1, rows...)
}

package tracking

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"waybill/bench/deployed"
	"waybill/bench/report"
	"waybill/bench/rig"
	"waybill/schemas"
)

// exampleResults are of 1,000 raw events a turn and a limit of two passes.
func exampleResults(t *testing.T) *results {
	wrote := rig.Tallies{schemas.TopicDecisions: {Records: 1000, Bytes: 60_000}, schemas.TopicTrackingState: {Records: 500, Bytes: 250_000}}
	of := func(took, cpu time.Duration, rawEvents int) rig.Turn {
		return rig.Turn{Records: rawEvents, Took: took, Used: rig.Usage{CPU: cpu, Allocations: uint64(6 * rawEvents), Peak: 30_000_000}, Broker: cpu, Others: took / 2, Wrote: wrote}
	}
	limit := of(100*time.Millisecond, 20*time.Millisecond, 2000)
	pairs := []rig.Pair{
		{Ours: of(100*time.Millisecond, 4*time.Millisecond, 1000), Limit: limit},
		{Ours: of(50*time.Millisecond, 5*time.Millisecond, 1000), Limit: limit},
		{Ours: of(200*time.Millisecond, 9*time.Millisecond, 1000), Limit: limit},
	}
	settings, err := deployed.Settings()
	require.NoError(t, err)
	return &results{
		bench: &bench{
			Options: Options{Parcels: 100, Passes: 2}, common: &rig.Options{Turns: 3, Partitions: 4}, settings: settings,
			load: &load{events: rig.Tally{Records: 1000, Bytes: 250_000}, registrations: rig.Tally{Records: 100, Bytes: 18_000}},
		},
		rows: []row{{0, pairs}, {2 * time.Second, pairs}},
	}
}

func TestSection(t *testing.T) {
	path := filepath.Join(t.TempDir(), "RESULTS.md")
	section := exampleResults(t).section()
	require.NoError(t, report.Update(path, rig.Machine{}, section, []string{Part}))
	written, err := os.ReadFile(path)
	require.NoError(t, err)
	text := string(written)
	for _, want := range []string{
		"* 1000 raw events of 100 parcels in a turn of tracking, 2 times that in one of the limit; 3 turns, 4 partitions,",
		"| tracking, hold 0s | 10000 (5000 to 20000) | 50 (25 to 100) | 5.0 (4.0 to 9.0) | 5.0 (4.0 to 9.0) | 0.0 (0.0 to 0.1) | 0.0 (0.0 to 0.1) | 0.5 (0.5 to 0.5) | 30 (30 to 30) | 6.0 (6.0 to 6.0) |\n",
		"| limit of the same bytes | 20000 (20000 to 20000) |  | 10.0 (10.0 to 10.0) |",
		"| in: carrier-events | 1000 | 1.00 | 250 | 1000 | 1.00 | 250 |\n",
		"| out: tracking-state | 500 | 0.50 | 500 | 500 | 0.50 | 500 |\n",
		"| out: all | 1500 | 1.50 | 207 |",
		"* hold 0s, share of the limit: at least 70 %; 50 %: **not met**, by a factor of 1.4\n",
		"* hold 0s, processor time per raw event: at most 5 µs; 5.0 µs: met (the limit's process, which only passes the same bytes on, takes 10.0 µs)\n",
		"* hold 2s, processor time per raw event: at most 8 µs; 5.0 µs: met (",
	} {
		require.Contains(t, text, want)
	}
	require.NotContains(t, text, schemas.TopicDeadLetters, "a topic on which nothing came out")
}

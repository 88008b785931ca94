package main

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"waybill/schemas"
)

// exampleResults are of 1,000 raw events a turn and a limit of two passes.
func exampleResults() *results {
	wrote := tallies{schemas.TopicDecisions: {Records: 1000, Bytes: 60_000}, schemas.TopicTrackingState: {Records: 500, Bytes: 250_000}}
	of := func(took, cpu time.Duration, rawEvents int) turn {
		return turn{rawEvents: rawEvents, took: took, used: usage{CPU: cpu, Allocations: uint64(6 * rawEvents)}, broker: cpu, others: took / 2, wrote: wrote}
	}
	limit := of(100*time.Millisecond, 20*time.Millisecond, 2000)
	pairs := []pair{
		{of(100*time.Millisecond, 4*time.Millisecond, 1000), limit},
		{of(50*time.Millisecond, 5*time.Millisecond, 1000), limit},
		{of(200*time.Millisecond, 9*time.Millisecond, 1000), limit},
	}
	return &results{
		machine: machine{processor: "Example 9000", cores: 4, memoryGiB: 15.6, platform: "linux/amd64", goVersion: "go1.26",
			date: time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC), commit: "abc123"},
		options: &options{Parcels: 100, Turns: 3, Partitions: 4, Passes: 2},
		load:    &load{events: tally{1000, 250_000}, registrations: tally{100, 18_000}},
		workers: 4, interval: 100 * time.Millisecond,
		rows: []row{{0, pairs}, {2 * time.Second, pairs}},
	}
}

func TestDocument(t *testing.T) {
	text := exampleResults().document()
	for _, want := range []string{
		"* Example 9000, 4 cores, 16 GiB, linux/amd64, go1.26\n* 2026-03-02, commit abc123\n",
		"| tracking, hold 0s | 10000 (5000 to 20000) | 50 (25 to 100) | 5.0 (4.0 to 9.0) | 5.0 (4.0 to 9.0) | 0.1 (0.1 to 0.2) | 0.5 (0.5 to 0.5) | 6 (6 to 6) |\n",
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

func TestCheckRefusesTurnsThatDidOtherWork(t *testing.T) {
	l := &load{events: tally{Records: 10}}
	good := func() tallies {
		return tallies{schemas.TopicDecisions: {10, 600}, schemas.TopicTrackingEvents: {9, 900}, schemas.TopicTrackingState: {5, 50}}
	}
	for name, c := range map[string]struct {
		change func(first, second tallies)
		want   string
	}{
		"other commits": {func(_, second tallies) { second[schemas.TopicTrackingState] = tally{7, 70} }, ""},
		"dead letters":  {func(first, _ tallies) { first[schemas.TopicDeadLetters] = tally{1, 9} }, "dead letters"},
		"undecided":     {func(first, _ tallies) { first[schemas.TopicDecisions] = tally{9, 600} }, "9 decisions on 10 raw events"},
		"other records": {func(_, second tallies) { second[schemas.TopicTrackingEvents] = tally{9, 901} }, "tracking-events"},
		"further topic": {func(_, second tallies) { second[schemas.TopicRerouted] = tally{1, 1} }, "rerouted"},
	} {
		first, second := good(), good()
		c.change(first, second)
		err := (&row{pairs: []pair{{ours: turn{wrote: first}}, {ours: turn{wrote: second}}}}).check(l)
		if c.want == "" {
			require.NoError(t, err, name)
		} else {
			require.ErrorContains(t, err, c.want, name)
		}
	}
}

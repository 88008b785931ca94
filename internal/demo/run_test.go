package demo

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// The figures of the shipments that this build carries, as they are known from
// the file itself.
func TestShippedShipments(t *testing.T) {
	if testing.Short() {
		t.Skip("the whole demo, which takes long: left out by -short")
	}
	t.Parallel()
	var report bytes.Buffer
	var steps []string
	held := 0
	o := options(t)
	o.Report = &report
	o.Step = func(what string) { steps = append(steps, what) }
	o.Hold = func(s *Summary) {
		held++
		require.Empty(t, s.Differences())
	}
	s := play(t, o)
	require.Equal(t, 1, held)
	require.Len(t, steps, 3)

	scms := s.carrier("scms")
	require.EqualValues(t, 5176, scms.parcels)
	require.EqualValues(t, 3552, scms.references)
	require.Equal(t, OnTime{Delivered: 5176, Early: 1473, OnTime: 3112, Late: 591}, scms.onTime)
	require.EqualValues(t, 992, scms.laterThanOccurred)
	require.EqualValues(t, 4414, scms.deliveredWebhooks)
	require.EqualValues(t, 992, s.Reports.ScanLatency.LaterThanOccurred)

	sim := s.carrier("sim")
	require.EqualValues(t, simulatedParcels, sim.parcels)
	require.Positive(t, sim.openExceptions)
	require.Equal(t, 5176+simulatedParcels, s.Registrations)
	require.EqualValues(t, s.Registrations, s.ClickHouse["registrations"])
	require.EqualValues(t, s.RawEvents, s.ClickHouse["decisions"])
	require.Equal(t, scms.onTime.Delivered+sim.onTime.Delivered, s.Reports.OnTime.Delivered)
	require.Positive(t, s.Decisions["duplicate"])
	require.EqualValues(t, s.Webhooks.Verified, s.Webhooks.Delivered)
	require.Zero(t, s.SequenceGaps)

	require.Contains(t, report.String(), "early")
	for _, figure := range []any{s.Registrations, s.RawEvents, s.Webhooks.Delivered, scms.onTime.Late} {
		require.Contains(t, report.String(), fmt.Sprint(figure))
	}
}

// playOn plays on so many partitions with so many workers, and returns the
// figures without the time it took.
func playOn(t *testing.T, layout [2]int, input string) *Summary {
	t.Helper()
	o := options(t, "--kafka-partitions", strconv.Itoa(layout[0]), "--workers", strconv.Itoa(layout[1]))
	if input != "" {
		o.Map, o.Input = "scms", input
	}
	s := play(t, o)
	s.Seconds = 0
	return s
}

// How many partitions and workers there are changes no figure: of a part of the
// shipments on every layout, and of all of them on the smallest and the largest. Under
// the detector of races and with -short it is the part alone.
func TestFiguresDependOnTheInputAlone(t *testing.T) {
	part := firstRows(t, 1000)
	t.Run("part", func(t *testing.T) {
		requireSameFigures(t, part, [][2]int{{1, 1}, {1, 3}, {4, 1}, {4, 3}, {12, 1}, {12, 3}})
	})
	if raced || testing.Short() {
		return
	}
	t.Run("whole", func(t *testing.T) {
		requireSameFigures(t, "", [][2]int{{1, 1}, {12, 3}})
	})
}

func requireSameFigures(t *testing.T, input string, layouts [][2]int) {
	t.Helper()
	summaries := make([]*Summary, len(layouts))
	t.Run("layouts", func(t *testing.T) {
		for i, layout := range layouts {
			t.Run(fmt.Sprintf("partitions=%d,workers=%d", layout[0], layout[1]), func(t *testing.T) {
				t.Parallel()
				summaries[i] = playOn(t, layout, input)
			})
		}
	})
	require.NotNil(t, summaries[0])
	for i, layout := range layouts {
		require.Equal(t, summaries[0], summaries[i], "%d partitions, %d workers", layout[0], layout[1])
	}
}

// What cannot be played is said before anything is started, and nothing is
// left behind.
func TestRunRefuses(t *testing.T) {
	for name, tt := range map[string]struct {
		change func(o *Options)
		says   string
	}{
		"an unknown map":        {func(o *Options) { o.Map, o.Input = "fedex", "x.csv" }, "fedex"},
		"a missing file":        {func(o *Options) { o.Map, o.Input = "scms", "missing.csv" }, "missing.csv"},
		"a file of another map": {func(o *Options) { o.Map, o.Input = "olist", firstRows(t, 1) }, "order_id"},
		"a file without rows":   {func(o *Options) { o.Map, o.Input = "scms", firstRows(t, 0) }, "no row of it gave a record"},
		"a broken receiver": {func(o *Options) {
			o.Map, o.Input = "scms", firstRows(t, 1)
			require.NoError(t, os.WriteFile(filepath.Join(o.Dir, "receiver.json"), []byte("{"), 0o600))
		}, "remove the folder to begin anew"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := options(t)
			tt.change(&o)
			_, err := Run(t.Context(), o)
			require.ErrorContains(t, err, tt.says)
		})
	}
}

// A demo that is told to stop, and one in which nothing happens, ends with a
// cause and leaves nothing behind.
func TestRunEnds(t *testing.T) {
	t.Run("told to stop", func(t *testing.T) {
		t.Parallel()
		o := options(t)
		o.Map, o.Input = "scms", firstRows(t, 400)
		ctx, cancel := context.WithCancel(t.Context())
		o.Progress = func(done, _ int) {
			if done > 100 {
				cancel()
			}
		}
		_, err := Run(ctx, o)
		require.ErrorIs(t, err, context.Canceled)
	})
	t.Run("out of patience", func(t *testing.T) {
		t.Parallel()
		o := options(t, "--webhook-timeout", "1ns") // no webhook can be delivered
		o.Map, o.Input, o.Patience = "scms", firstRows(t, 1), time.Second
		_, err := Run(t.Context(), o)
		require.ErrorContains(t, err, "waiting for the endpoint to answer its test: waited 1s in vain")
	})
}

package analytics_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"waybill/schemas"
)

// gapRow is a row of baselines that knows how long scans of alpha stay away.
func gapRow(status string, hours float64) schemas.Baseline {
	return schemas.Baseline{Level: schemas.BaselineCarrier, Carrier: "alpha", Status: status, Samples: schemas.BaselineMinSamples, GapP95S: hours * 3600}
}

// baselineVersion makes rows a version that was built on a day of May; the
// manifest is its last.
func baselineVersion(builtOn int, rows ...schemas.Baseline) []*schemas.Baseline {
	var whole []*schemas.Baseline
	for _, b := range schemas.NewBaselineVersion(rows, day(2026, 5, builtOn), day(2026, 4, 1), day(2026, 5, 1)) {
		whole = append(whole, &b)
	}
	return whole
}

// The newest version of which every row is there counts, whatever the order in
// which its records come, and of it what the rules would reckon with.
func TestBaselinesInUse(t *testing.T) {
	falling := gapRow("OUT_FOR_DELIVERY", 40)
	falling.RemainingS = []float64{1, 0}
	first := baselineVersion(1, gapRow("IN_TRANSIT", 30))
	second := baselineVersion(2, gapRow("IN_TRANSIT", 40), gapRow("EXCEPTION", math.Inf(1)), gapRow("PENDING", math.NaN()), gapRow("RETURNING", -1), falling)
	third := baselineVersion(3, gapRow("IN_TRANSIT", 50), gapRow("EXCEPTION", 60))

	conn := load(t, records{baselines: second[4:]}, records{baselines: first}, records{baselines: second[:4]},
		records{baselines: third[1:]}, records{baselines: second}) // the third lacks a row; what comes again changes nothing
	var found []struct {
		Version string  `ch:"baseline_version"`
		Status  string  `ch:"status"`
		Gap     float64 `ch:"gap_p95_s"`
	}
	require.NoError(t, conn.Select(t.Context(), &found, "SELECT baseline_version, status, gap_p95_s FROM baselines_in_use"))
	require.Len(t, found, 1)
	require.Equal(t, second[0].Version, found[0].Version)
	require.Equal(t, "IN_TRANSIT", found[0].Status)
	require.InDelta(t, 40*3600, found[0].Gap, 0)
}

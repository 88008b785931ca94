package report

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestTrend(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 1))
	series := func(growth, noise float64) (points []Point) {
		for i := range 200 {
			points = append(points, Point{float64(i), 100 + growth*float64(i)/199 + noise*(random.Float64()-0.5)})
		}
		return points
	}
	for _, c := range []struct{ growth, noise, sure float64 }{
		{0, 0, 0}, {0, 50, 7}, {3, 1, 0.2}, {30, 1, 0.2}, {30, 20, 3}, {-30, 1, 0.2},
	} {
		trend := TrendOf(series(c.growth, c.noise), nil)
		require.InDelta(t, 100*c.growth/(100+c.growth/2), trend.Grew, 2*trend.Sure+1e-9, "%+v", c)
		require.InDelta(t, c.sure, trend.Sure, 0.1+c.sure/5, "%+v", c)
	}
	for _, points := range [][]Point{nil, {{1, 7}}, {{1, 7}, {2, 8}}} {
		require.Zero(t, TrendOf(points, nil).Grew)
		require.True(t, math.IsInf(TrendOf(points, nil).Sure, 1), "%v say nothing", points)
	}
}

// What recurs is no growth, and hides none.
func TestTrendOfWhatRecurs(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 1))
	for _, growth := range []float64{0, 3, 30} {
		var points []Point
		var phase []int
		for i := range 200 {
			phase = append(phase, i%48)
			points = append(points, Point{float64(i), 100 + float64(phase[i]) + growth*float64(i)/199 + random.Float64()})
		}
		with, without := TrendOf(points, phase), TrendOf(points, nil)
		require.InDelta(t, 100*growth/with.Mean, with.Grew, 2*with.Sure)
		require.Less(t, with.Sure, 0.3)
		require.Greater(t, without.Sure, 10*with.Sure)
	}
}

// Points that hang together say less than those that do not.
func TestTrendOfSlowNoise(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 1))
	var quick, slow []Point
	wander := 0.0
	for i := range 400 {
		step := random.NormFloat64()
		wander = 0.9*wander + math.Sqrt(1-0.81)*step
		quick, slow = append(quick, Point{float64(i), 100 + step}), append(slow, Point{float64(i), 100 + wander})
	}
	require.Greater(t, TrendOf(slow, nil).Sure, 3*TrendOf(quick, nil).Sure)
}

package report

import (
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
	for _, c := range []struct {
		growth, noise float64
		flat          bool
	}{
		{0, 0, true}, {0, 50, true}, {3, 1, true}, {30, 1, false}, {30, 20, false}, {-30, 1, true},
	} {
		trend := TrendOf(series(c.growth, c.noise))
		require.Equal(t, c.flat, trend.Flat(5), "%+v: %+v", c, trend)
		require.InDelta(t, 100*c.growth/(100+c.growth/2), trend.Grew, 0.2+c.noise/5)
	}
	require.Equal(t, Trend{Mean: 7}, TrendOf([]Point{{1, 7}}))
	require.True(t, TrendOf(nil).Flat(0))
}

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
	for _, c := range []struct{ growth, noise, sure float64 }{
		{0, 0, 0}, {0, 50, 7}, {3, 1, 0.2}, {30, 1, 0.2}, {30, 20, 3}, {-30, 1, 0.2},
	} {
		trend := TrendOf(series(c.growth, c.noise))
		require.InDelta(t, 100*c.growth/(100+c.growth/2), trend.Grew, 2*trend.Sure+1e-9, "%+v", c)
		require.InDelta(t, c.sure, trend.Sure, 0.1+c.sure/5, "%+v", c)
	}
	require.Equal(t, Trend{Mean: 7}, TrendOf([]Point{{1, 7}}))
	require.Zero(t, TrendOf(nil))
}

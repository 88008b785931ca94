package report

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestChart(t *testing.T) {
	c := Chart{
		Title: `a "fast" <machine>`, X: "cores", Y: "events/s", Under: "somewhere",
		Lines: []Line{
			{Name: "ours", Points: []Point{{1, 1000}, {2, 1900}, {3, 2000}}},
			{Name: "linear", Dashed: true, Points: []Point{{1, 1000}, {3, 3000}}},
		},
		Events: []Mark{{2, "killed"}},
	}
	svg := c.SVG()
	requireXML(t, svg)
	require.Equal(t, 3, strings.Count(svg, "<circle"), "points of the line that is ours")
	require.Contains(t, svg, `<path d="M80.0 194.7 L320.0 126.9 L560.0 119.3" class="line a"/>`)
	require.Contains(t, svg, `<path d="M80.0 194.7 L560.0 44.0" class="line b dash"/>`)
	require.Contains(t, svg, "<title>killed</title>")
	requireXML(t, (&Chart{Title: "nothing was measured"}).SVG())
}

func requireXML(t *testing.T, text string) {
	t.Helper()
	require.NotContains(t, text, "NaN")
	require.NotContains(t, text, "Inf")
	d := xml.NewDecoder(strings.NewReader(text))
	for {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			require.NoError(t, err)
		}
	}
}

// A scale of several orders of magnitude has its values at even distances.
func TestLogAxis(t *testing.T) {
	p := (&Chart{LogX: true, Lines: []Line{{Points: []Point{{1, 1}, {16, 2}, {256, 3}}}}}).plot()
	require.InDelta(t, (plotLeft+plotRight)/2, p.x(16), 0.01)
	require.Equal(t, []float64{1, 16, 256}, p.ticks)
}

func TestTicks(t *testing.T) {
	for most, want := range map[float64]int{1: 6, 3: 7, 7: 4, 99: 5, 20_000: 5, 0.42: 5, 1234: 5, 0: 1} {
		require.Len(t, niceTicks(most), want, most)
	}
	for v, want := range map[float64]string{0: "0", 1.234: "1.23", 1500: "1.5 k", 1_000_000: "1 M", 2.5e9: "2.5 G"} {
		require.Equal(t, want, shortNumber(v))
	}
}

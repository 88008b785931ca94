package report

import "math"

// Trend is how a figure grows with time, by the line of least squares.
type Trend struct {
	Mean float64 // of the figure
	Grew float64 // from the first moment to the last, in percent of the mean
	Sure float64 // half of the interval in which Grew lies with 95 %, in the same
}

// TrendOf fits a line to at least three points.
func TrendOf(points []Point) Trend {
	n := float64(len(points))
	var x, y float64
	for _, p := range points {
		x, y = x+p.X/n, y+p.Y/n
	}
	var xx, xy float64
	for _, p := range points {
		xx, xy = xx+(p.X-x)*(p.X-x), xy+(p.X-x)*(p.Y-y)
	}
	t := Trend{Mean: y}
	if len(points) < 3 || xx == 0 || y == 0 {
		return t
	}
	slope, residue := xy/xx, 0.0
	for _, p := range points {
		d := p.Y - y - slope*(p.X-x)
		residue += d * d
	}
	span := points[len(points)-1].X - points[0].X
	const twoSided95 = 1.96
	t.Grew = 100 * slope * span / y
	t.Sure = 100 * twoSided95 * math.Sqrt(residue/(n-2)/xx) * span / math.Abs(y)
	return t
}

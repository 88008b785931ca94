package report

import "math"

// Trend is how a figure grows with time, by the line of least squares.
type Trend struct {
	Mean float64 // of the figure
	Grew float64 // from the first moment to the last, in percent of the mean
	Sure float64 // half of the interval in which Grew lies with 95 %, in the same; infinite where the points say nothing
}

// TrendOf fits lines of one slope to points in the order of time, with a level of
// its own for each phase of what recurs: phase says for each point which it is
// in; nil: nothing recurs.
//
// What is above the line at one moment is likely to be so at the next, so fewer
// points speak than there are. The interval is wider for it, by the residues'
// first autocorrelation.
func TrendOf(points []Point, phase []int) Trend {
	if phase == nil {
		phase = make([]int, len(points))
	}
	level, mean := levels(points, phase)
	t := Trend{Mean: mean, Sure: math.Inf(1)}
	var xx, xy float64
	for i, p := range points {
		at := level[phase[i]]
		xx, xy = xx+(p.X-at.X)*(p.X-at.X), xy+(p.X-at.X)*(p.Y-at.Y)
	}
	free := len(points) - len(level) - 1
	if free < 1 || xx == 0 || mean == 0 {
		return t
	}
	slope := xy / xx
	var squares, products, before float64
	for i, p := range points {
		at := level[phase[i]]
		residue := p.Y - at.Y - slope*(p.X-at.X)
		squares, products, before = squares+residue*residue, products+residue*before, residue
	}
	const twoSided95 = 1.96
	percent := 100 * (points[len(points)-1].X - points[0].X) / math.Abs(mean)
	t.Grew = percent * slope
	t.Sure = percent * twoSided95 * math.Sqrt(squares/float64(free)/xx) * inflation(squares, products)
	return t
}

// levels are the means of the phases, and that of all Y.
func levels(points []Point, phase []int) (level map[int]Point, mean float64) {
	level = map[int]Point{}
	size := map[int]float64{}
	for i, p := range points {
		size[phase[i]]++
		mean += p.Y / float64(len(points))
	}
	for i, p := range points {
		n, at := size[phase[i]], level[phase[i]]
		level[phase[i]] = Point{at.X + p.X/n, at.Y + p.Y/n}
	}
	return level, mean
}

// inflation is by how much the interval widens: for n points with the
// autocorrelation r there are n (1-r)/(1+r) that speak.
func inflation(squares, products float64) float64 {
	if squares == 0 {
		return 1
	}
	r := min(max(products/squares, 0), 0.99)
	return math.Sqrt((1 + r) / (1 - r))
}

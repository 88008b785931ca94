package main

import "fmt"

// aim is what tracking is to reach, and what it reached.
type aim struct {
	what       string
	want, have float64
	unit       string
	atMost     bool // want is a ceiling, not a floor
	decimals   int
	note       string
}

// aims are those of the standard load, for no reorder hold and the default one:
// a share of the limit, and processor time, of which holding costs some.
func (r *results) aims() []aim {
	var found []aim
	for i, row := range r.rows {
		alone := spreadBy(row.pairs, func(p pair) float64 { return p.limit.cost() }).median
		found = append(found, aim{
			what: fmt.Sprintf("hold %s, share of the limit", row.hold), unit: "%", want: 70,
			have: spreadBy(row.pairs, pair.share).median,
		}, aim{
			what: fmt.Sprintf("hold %s, processor time per raw event", row.hold), unit: "µs", want: []float64{5, 8}[i], atMost: true, decimals: 1,
			have: spreadBy(row.pairs, func(p pair) float64 { return p.ours.cost() }).median,
			note: fmt.Sprintf(" (the limit's process, which only passes the same bytes on, takes %.1f µs)", alone),
		})
	}
	return found
}

func (a aim) met() bool {
	if a.atMost {
		return a.have <= a.want
	}
	return a.have >= a.want
}

// String says the aim, the figure, and by how much it is missed.
func (a aim) String() string {
	bound, verdict := "at least", "met"
	if a.atMost {
		bound = "at most"
	}
	if !a.met() {
		verdict = fmt.Sprintf("**not met**, by a factor of %.1f", max(a.want/a.have, a.have/a.want))
	}
	return fmt.Sprintf("%s: %s %g %s; %.*f %s: %s%s", a.what, bound, a.want, a.unit, a.decimals, a.have, a.unit, verdict, a.note)
}

package report

import (
	"fmt"
	"math"
)

// Aim is what a figure is to reach, and what it reached.
type Aim struct {
	What       string
	Want, Have float64
	Unit       string
	AtMost     bool // Want is a ceiling, not a floor
	Decimals   int  // of Have
	// Chance is by how much Have may be wrong, where that is known.
	Chance float64
	Note   string
}

func (a Aim) met() bool {
	if a.AtMost {
		return a.Have <= a.Want
	}
	return a.Have >= a.Want
}

// told says that the verdict, either way, is no chance.
func (a Aim) told() bool { return a.Chance == 0 || math.Abs(a.Want-a.Have) > a.Chance }

// String says the aim, the figure, and by how much it is missed.
func (a Aim) String() string {
	bound, verdict := "at least", "met"
	if a.AtMost {
		bound = "at most"
	}
	switch {
	case !a.told():
		verdict = fmt.Sprintf("**not told**, for it may be wrong by %.*f", a.Decimals, a.Chance)
	case !a.met():
		verdict = fmt.Sprintf("**not met**, by a factor of %.1f", max(a.Want/a.Have, a.Have/a.Want))
	}
	return fmt.Sprintf("%s: %s %g %s; %.*f %s: %s%s", a.What, bound, a.Want, a.Unit, a.Decimals, a.Have, a.Unit, verdict, a.Note)
}

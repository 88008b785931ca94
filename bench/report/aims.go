package report

import "fmt"

// Aim is what a figure is to reach, and what it reached.
type Aim struct {
	What       string
	Want, Have float64
	Unit       string
	AtMost     bool // Want is a ceiling, not a floor
	Decimals   int  // of Have
	Note       string
}

func (a Aim) met() bool {
	if a.AtMost {
		return a.Have <= a.Want
	}
	return a.Have >= a.Want
}

// String says the aim, the figure, and by how much it is missed.
func (a Aim) String() string {
	bound, verdict := "at least", "met"
	if a.AtMost {
		bound = "at most"
	}
	if !a.met() {
		verdict = fmt.Sprintf("**not met**, by a factor of %.1f", max(a.Want/a.Have, a.Have/a.Want))
	}
	return fmt.Sprintf("%s: %s %g %s; %.*f %s: %s%s", a.What, bound, a.Want, a.Unit, a.Decimals, a.Have, a.Unit, verdict, a.Note)
}

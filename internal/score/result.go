package score

import (
	"math"

	"waybill/connectors/simulate"
	"waybill/pipeline/tracking"
)

// Result is how all rules did on the same parcels.
type Result struct {
	Seed       uint64          `json:"seed"`
	Shipments  int             `json:"shipments"`
	Faults     float64         `json:"faults"`
	BeyondHold float64         `json:"beyond_hold"`
	Rates      simulate.Faults `json:"rates,omitempty"`
	// HoldS is the reorder hold (O1), seconds.
	HoldS float64 `json:"hold_s"`
	// Events counts what sources sent, Scans what happened, Transitions the changes of a status that
	// are true, Checks the comparisons of a status with the true one.
	Events      int `json:"events"`
	Scans       int `json:"scans"`
	Transitions int `json:"transitions"`
	Checks      int `json:"checks"`

	Rules map[string]Figures `json:"rules"`
}

// Figures are how one rule did.
type Figures struct {
	// WrongStatusShare is the share of the checks at which the status was not the
	// true one, 0 to 1.
	WrongStatusShare float64 `json:"wrong_status_share"`
	// MissedTransitions counts true transitions that no webhook told in order.
	MissedTransitions int `json:"missed_transitions"`
	// DuplicateWebhooksPer1000 is how many webhooks told a transition that was
	// told already or that never was, for 1,000 events.
	DuplicateWebhooksPer1000 float64 `json:"duplicate_webhooks_per_1000"`

	// UntoldScans counts scans that no webhook told, RepeatedScansPer1000 how many
	// webhooks told one that was told already, for 1,000 events.
	UntoldScans          int     `json:"untold_scans"`
	RepeatedScansPer1000 float64 `json:"repeated_scans_per_1000"`
	// StatusWebhooks counts the webhooks that said that the status changed.
	StatusWebhooks int `json:"status_webhooks"`
}

// counts add up over parcels.
type counts struct {
	shipments, events, scans, transitions, checks int

	rules map[string]*ruleCounts
}

type ruleCounts struct{ wrong, missed, duplicates, changes, untold, repeated int }

func newCounts() *counts {
	c := &counts{rules: map[string]*ruleCounts{}}
	for _, name := range Names() {
		c.rules[name] = &ruleCounts{}
	}
	return c
}

func (c *counts) add(o *counts) {
	c.shipments += o.shipments
	c.events += o.events
	c.scans += o.scans
	c.transitions += o.transitions
	c.checks += o.checks
	for name, r := range c.rules {
		r.add(*o.rules[name])
	}
}

func (r *ruleCounts) add(o ruleCounts) {
	r.wrong += o.wrong
	r.missed += o.missed
	r.duplicates += o.duplicates
	r.changes += o.changes
	r.untold += o.untold
	r.repeated += o.repeated
}

func (c *counts) result(o Options) *Result {
	r := &Result{
		Seed: o.Seed, Shipments: c.shipments, Faults: o.Faults, BeyondHold: o.BeyondHold, Rates: o.Rates,
		HoldS: tracking.DefaultReorderHold.Seconds(), Events: c.events, Scans: c.scans, Transitions: c.transitions, Checks: c.checks,
		Rules: map[string]Figures{},
	}
	for name, n := range c.rules {
		r.Rules[name] = Figures{
			WrongStatusShare: share(n.wrong, c.checks), MissedTransitions: n.missed,
			DuplicateWebhooksPer1000: share(1000*n.duplicates, c.events),
			UntoldScans:              n.untold, RepeatedScansPer1000: share(1000*n.repeated, c.events),
			StatusWebhooks: n.changes,
		}
	}
	return r
}

// share divides, to six digits after the point.
func share(part, whole int) float64 {
	if whole == 0 {
		return 0
	}
	const digits = 1e6
	return math.Round(float64(part)/float64(whole)*digits) / digits
}

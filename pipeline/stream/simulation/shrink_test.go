//go:build synctests

package simulation

import (
	"slices"
	"time"
)

// tries is how often a plan is played to see whether it fails: the order of
// goroutines is not the seed's.
const tries = 4

// shrinking bounds how long a failing plan is made smaller.
const shrinking = 30 * time.Second

// shrink drops what a plan does not need to fail, and returns what is left with
// its failure. The failure is empty if the plan does not fail again.
func shrink(p *plan, play func(*plan) result) (*plan, result) {
	until := time.Now().Add(shrinking)
	fails := func(p *plan) (r result) {
		for i := 0; i < tries && r.err == nil && time.Now().Before(until); i++ {
			r = play(p)
		}
		return r
	}
	failure := fails(p)
	if failure.err == nil {
		return p, failure
	}
	for size := max(1, len(p.steps)/2); size > 0; size /= 2 {
		for from := len(p.steps) - size; from >= 0; from -= size {
			smaller := *p
			smaller.steps = slices.Delete(slices.Clone(p.steps), from, from+size)
			if r := fails(&smaller); r.err != nil {
				p, failure = &smaller, r
			}
			from = min(from, len(p.steps))
		}
	}
	for _, simplify := range simplifications {
		simpler := *p
		simplify(&simpler)
		if r := fails(&simpler); r.err != nil {
			p, failure = &simpler, r
		}
	}
	return p, failure
}

var simplifications = []func(*plan){
	func(p *plan) { p.pebble = false },
	func(p *plan) { p.standbys = 0 },
	func(p *plan) { p.leave = false },
	func(p *plan) {
		p.steps = slices.Clone(p.steps)
		for i := range p.steps {
			p.steps[i].workers = min(p.steps[i].workers, 1)
		}
	},
}

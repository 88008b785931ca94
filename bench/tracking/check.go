package tracking

import (
	"fmt"
	"maps"

	"waybill/bench/rig"
	"waybill/schemas"
)

// check refuses figures of turns that did not do the work: nothing may have
// gone to dead letters, every raw event has its decision, and all turns have
// written the same, but for what is written once for each key and commit.
func (r *row) check(l *load) error {
	first := r.pairs[0].Ours.Wrote
	if n := first[schemas.TopicDeadLetters].Records; n > 0 {
		return fmt.Errorf("%d records went to dead letters", n)
	}
	if n := first[schemas.TopicDecisions].Records; n < l.events.Records {
		return fmt.Errorf("there are %d decisions on %d raw events", n, l.events.Records)
	}
	for _, p := range r.pairs[1:] {
		if !maps.Equal(repeatable(p.Ours.Wrote), repeatable(first)) {
			return fmt.Errorf("two turns of the same load wrote %v and %v", first, p.Ours.Wrote)
		}
	}
	return nil
}

// repeatable leaves out what hangs on where commits fell.
func repeatable(wrote rig.Tallies) rig.Tallies {
	wrote = maps.Clone(wrote)
	delete(wrote, schemas.TopicTrackingState)
	delete(wrote, schemas.TopicShipments)
	return wrote
}

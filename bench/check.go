package main

import (
	"fmt"
	"maps"
	"slices"

	"waybill/schemas"
)

// check refuses figures of turns that did not do the work: nothing may have
// gone to dead letters, every raw event has its decision, and all turns have
// written the same. Only the number of changelog records may differ: it hangs
// on where commits fell.
func (r *row) check(l *load) error {
	first := r.pairs[0].ours.wrote
	if n := first[schemas.TopicDeadLetters].Records; n > 0 {
		return fmt.Errorf("%d records went to dead letters", n)
	}
	if n := first[schemas.TopicDecisions].Records; n < l.events.Records {
		return fmt.Errorf("there are %d decisions on %d raw events", n, l.events.Records)
	}
	for _, p := range r.pairs[1:] {
		for _, topic := range slices.Sorted(maps.Keys(first)) {
			if topic != schemas.TopicTrackingState && p.ours.wrote[topic] != first[topic] {
				return fmt.Errorf("two turns of the same load wrote %+v and %+v to %s", first[topic], p.ours.wrote[topic], topic)
			}
		}
	}
	return nil
}

package tracking

// retractions are the events that were withdrawn (O8): sent again, they stay
// withdrawn.
type retractions struct {
	events []uint64
}

func (r *retractions) any() bool { return len(r.events) > 0 }

func layoutRetractions(c *coder, r *retractions) {
	list(c, &r.events, func(c *coder, id *uint64) { c.hash(id) })
}

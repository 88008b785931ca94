package tracking

// flood counts the new identities of a day, so that a source gone wild does not
// fill the state.
type flood struct {
	day   int64 // of stream time, days since 1970
	count int   // new identities on it
}

func layoutFlood(c *coder, f *flood) {
	c.int(&f.day)
	c.small(&f.count)
}

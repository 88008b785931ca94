package tracking

// byHand is what a tenant did to its registration by hand (R7).
type byHand struct {
	reason, actor    string // why it was stopped, closed or refused, and by whom
	acknowledgements []acknowledgement
	correction       correction
}

// acknowledgement is an exception that the tenant took in hand (D6).
type acknowledgement struct {
	opening uint64
	at      int64
	actor   string
}

func (h *byHand) any() bool {
	return h.reason != "" || h.actor != "" || len(h.acknowledgements) > 0 || h.correction.id != 0
}

func layoutByHand(c *coder, h *byHand, registered int64) {
	c.string(&h.reason)
	c.string(&h.actor)
	list(c, &h.acknowledgements, func(c *coder, a *acknowledgement) {
		c.hash(&a.opening)
		c.near(&a.at, registered)
		c.string(&a.actor)
	})
	if c.present(h.correction.id != 0) {
		layoutCorrection(c, &h.correction, registered)
	}
}

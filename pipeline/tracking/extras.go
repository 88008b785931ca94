package tracking

// extras is what a registration gives and no rule decides by (R1).
type extras struct {
	tags     []string
	shipDate string
	account  string // at the carrier, for polls (D8)
}

func (x *extras) any() bool { return len(x.tags) > 0 || x.shipDate != "" || x.account != "" }

func layoutExtras(c *coder, x *extras) {
	list(c, &x.tags, func(c *coder, tag *string) { c.string(tag) })
	c.string(&x.shipDate)
	c.string(&x.account)
}

package tracking

import (
	"waybill/schemas"
)

func layoutRegistration(c *coder, g *registration, epoch int64) {
	c.string(&g.id)
	c.string(&g.tenant)
	c.symbol(&g.state, windows)
	c.symbol(&g.backfill, backfills)
	c.near(&g.registered, epoch)
	c.near(&g.expires, g.registered)
	list(c, &g.keys, func(c *coder, key *uint64) { c.hash(key) })
	list(c, &g.seen, func(c *coder, s *string) { c.string(s) })
	list(c, &g.sequences, func(c *coder, q *sequence) {
		c.string(&q.endpoint)
		c.int(&q.last)
	})
	c.string(&g.status)
	c.string(&g.previous)
	c.int(&g.webhooks)
	c.string(&g.reference)
	layoutGiven(c, g)
	if c.present(g.delayed != 0) {
		c.near(&g.delayed, g.registered)
		layoutOptional(c, &g.cleared, g.delayed)
		c.string(&g.measure)
		layoutTarget(c, &g.measured)
	}
}

// layoutGiven is what few registrations give.
func layoutGiven(c *coder, g *registration) {
	promise, current := g.promise.isSet(), g.current != 0
	metadata, transaction := g.metadata != "", g.transaction != ""
	service, origin, destination := g.service != nil, g.origin != nil, g.destination != nil
	c.flags(&promise, &service, &destination, &origin, &metadata, &transaction, &current, &g.newEpoch, &g.isReturn, &g.moved)
	if promise {
		layoutTarget(c, &g.promise)
	}
	if metadata {
		c.string(&g.metadata)
	}
	if transaction {
		c.string(&g.transaction)
	}
	if current {
		c.hash(&g.current)
	}
	if service {
		layoutService(c, &g.service)
	}
	if origin {
		layoutAddress(c, &g.origin)
	}
	if destination {
		layoutAddress(c, &g.destination)
	}
}

func layoutService(c *coder, s **schemas.ServiceLevel) {
	if c.reading {
		*s = &schemas.ServiceLevel{}
	}
	layoutSparse(c, &(*s).Name, &(*s).Token, &(*s).Terms, &(*s).ExtendedToken, &(*s).ParentToken)
}

func layoutAddress(c *coder, a **schemas.Address) {
	if c.reading {
		*a = &schemas.Address{}
	}
	layoutSparse(c, &(*a).Street, &(*a).City, &(*a).State, &(*a).PostalCode, &(*a).Country)
}

func layoutLocation(c *coder, l **schemas.Location) {
	if c.reading {
		*l = &schemas.Location{}
	}
	layoutSparse(c, &(*l).Name, &(*l).City, &(*l).State, &(*l).PostalCode, &(*l).Country)
}

// layoutSparse is for five texts of which few are there.
func layoutSparse(c *coder, a, b, d, e, f *string) {
	hasA, hasB, hasD, hasE, hasF := *a != "", *b != "", *d != "", *e != "", *f != ""
	c.flags(&hasA, &hasB, &hasD, &hasE, &hasF)
	for _, part := range [...]struct {
		there bool
		text  *string
	}{{hasA, a}, {hasB, b}, {hasD, d}, {hasE, e}, {hasF, f}} {
		if part.there {
			c.string(part.text)
		}
	}
}

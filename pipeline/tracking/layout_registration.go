package tracking

import (
	"encoding/binary"
	"encoding/hex"
	"slices"

	"waybill/schemas"
)

func layoutRegistration(c *coder, g *registration, epoch int64) {
	raw, made := madeID(g.id)
	stateWidth := 3
	if c.format < 2 {
		stateWidth = 2
	}
	b := c.bits()
	b.symbol(&g.state, c.windows, stateWidth)
	b.symbol(&g.backfill, c.backfills, 2)
	b.flag(&made)
	b.close()
	if made {
		layoutMadeID(c, &g.id, &raw)
	} else {
		c.string(&g.id)
	}
	c.string(&g.tenant)
	c.near(&g.registered, epoch)
	c.near(&g.expires, g.registered)
	list(c, &g.keys, func(c *coder, key *uint64) { c.hash(key) })
	list(c, &g.seen, func(c *coder, s *string) { c.string(s) })
	list(c, &g.sequences, func(c *coder, q *sequence) {
		c.string(&q.endpoint)
		c.int(&q.last)
	})
	if c.reading && !slices.IsSortedFunc(g.sequences, inOrder) { // as releases wrote them that kept the order of first webhooks
		slices.SortFunc(g.sequences, inOrder)
	}
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
	if c.format < 2 {
		return
	}
	hand, risky, more := g.byHand.any(), g.risk != risk{}, g.extras.any()
	rare := c.bits()
	rare.flag(&hand, &risky, &more, &g.erased)
	rare.close()
	if hand {
		layoutByHand(c, &g.byHand, g.registered)
	}
	if risky {
		layoutRisk(c, &g.risk, g.registered)
	}
	if more {
		layoutExtras(c, &g.extras)
	}
}

// layoutGiven is what few registrations give.
func layoutGiven(c *coder, g *registration) {
	moved := false // how format 1 has the state of that name
	promise, current := g.promise.isSet(), g.current != 0
	metadata, transaction := g.metadata != "", g.transaction != ""
	service, origin, destination := g.service != nil, g.origin != nil, g.destination != nil
	b := c.bits()
	b.flag(&promise, &service, &destination, &origin, &metadata, &transaction, &current, &g.newEpoch, &g.isReturn, &moved)
	b.close()
	if moved {
		g.state = stateMoved
	}
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
		*l = c.place()
	}
	layoutSparse(c, &(*l).Name, &(*l).City, &(*l).State, &(*l).PostalCode, &(*l).Country)
}

// layoutSparse is for five texts of which few are there.
func layoutSparse(c *coder, a, b, d, e, f *string) {
	hasA, hasB, hasD, hasE, hasF := *a != "", *b != "", *d != "", *e != "", *f != ""
	there := c.bits()
	there.flag(&hasA, &hasB, &hasD, &hasE, &hasF)
	there.close()
	for _, part := range [...]struct {
		there bool
		text  *string
	}{{hasA, a}, {hasB, b}, {hasD, d}, {hasE, e}, {hasF, f}} {
		if part.there {
			c.string(part.text)
		}
	}
}

// madeIDBytes is the length of an id that hashHex made, before it became hex.
const madeIDBytes = 16

// madeID gives the bytes of an id that hashHex made, or that looks like it.
func madeID(id string) (raw [madeIDBytes]byte, made bool) {
	if len(id) != 2*madeIDBytes {
		return raw, false
	}
	for i := range len(id) {
		if c := id[i]; 'A' <= c && c <= 'Z' {
			return raw, false
		}
	}
	_, err := hex.Decode(raw[:], []byte(id))
	return raw, err == nil
}

// layoutMadeID writes an id as its bytes, and reads both.
func layoutMadeID(c *coder, id *string, raw *[madeIDBytes]byte) {
	for half := range 2 {
		v := binary.BigEndian.Uint64(raw[8*half:])
		c.hash(&v)
		binary.BigEndian.PutUint64(raw[8*half:], v)
	}
	if c.reading {
		*id = hex.EncodeToString(raw[:])
	}
}

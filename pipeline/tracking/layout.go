package tracking

import "time"

// stateFormat is the version of the layout, the first byte of a state. Another
// layout gets another version, and all older ones stay readable.
const (
	stateFormat      = 2
	firstStateFormat = 1
)

func layoutState(c *coder, s *State) {
	list(c, &s.shipments, func(c *coder, s **shipment) {
		if c.reading {
			*s = &shipment{}
		}
		layoutShipment(c, *s)
	})
}

func layoutShipment(c *coder, s *shipment) {
	c.int(&s.epoch)
	c.int(&s.revision)
	c.near(&s.created, s.epoch)
	c.near(&s.updated, s.created)
	c.near(&s.active, s.updated)
	layoutOptional(c, &s.ended, s.epoch)
	layoutOptional(c, &s.closed, s.epoch)

	layoutFacts(c, s)
	c.string(&s.service)
	c.string(&s.originCountry)
	c.string(&s.destinationCountry)
	if c.present(s.eta.isSet()) {
		layoutTarget(c, &s.eta)
		layoutTarget(c, &s.originalETA)
		layoutKey(c, &s.etaKey, s.epoch)
		c.near(&s.etaReceived, s.epoch)
		list(c, &s.etaChanges, layoutETAChange)
	}
	list(c, &s.episodes, func(c *coder, ep *episode) { layoutEpisode(c, ep, s.epoch) })
	list(c, &s.registrations, func(c *coder, g *registration) { layoutRegistration(c, g, s.epoch) })
	layoutHistory(c, s)
	list(c, &s.forgotten, func(c *coder, id *uint64) { c.hash(id) })
	list(c, &s.held, func(c *coder, p **pending) {
		if c.reading {
			*p = &pending{}
		}
		layoutPending(c, *p, s.epoch)
	})
	if c.format < 2 {
		return
	}
	layoutRare(c, s)
}

// layoutRare is what few shipments have.
func layoutRare(c *coder, s *shipment) {
	watched, asked := s.watch != watch{}, s.asking != asking{}
	flooded, retracted, placed := s.flood != flood{}, s.retractions.any(), s.regions != regions{}
	b := c.bits()
	b.flag(&watched, &asked, &flooded, &retracted, &placed, &s.erased)
	b.close()
	if watched {
		layoutWatch(c, &s.watch, s.epoch)
	}
	if asked {
		layoutAsking(c, &s.asking, s.epoch)
	}
	if flooded {
		layoutFlood(c, &s.flood)
	}
	if retracted {
		layoutRetractions(c, &s.retractions)
	}
	if placed {
		layoutRegions(c, &s.regions)
	}
}

// layoutFacts is what the shipment's events come down to. The newest event is
// often the present, the last one released, and the delivery all in one.
func layoutFacts(c *coder, s *shipment) {
	c.string(&s.present.code)
	c.small(&s.events)
	if s.events == 0 {
		return
	}
	c.near(&s.firstEvent, s.epoch)
	c.near(&s.lastEvent, s.firstEvent)
	layoutOptional(c, &s.lastScan, s.lastEvent)
	c.near(&s.heard, s.active)
	c.small(&s.attempts)
	layoutKey(c, &s.released, s.epoch)

	present, last := s.present.id != 0, s.present.key == s.released
	started, stopped, delivered := s.clockStart.id != 0, s.clockStop.id != 0, s.delivered.id != 0
	once := s.delivered == s.clockStop
	b := c.bits()
	b.flag(&present, &last, &started, &stopped, &delivered, &once)
	b.symbol(&s.present.leg, c.legs, 2)
	day := c.format >= 2 && s.scanned != s.lastScan
	if c.format >= 2 {
		b.flag(&day)
	}
	b.close()
	layoutNear(c, day, &s.scanned, s.lastScan)
	if present {
		c.hash(&s.present.id)
		if last {
			s.present.key = s.released
		} else {
			layoutKey(c, &s.present.key, s.epoch)
		}
		c.near(&s.present.occurred, s.present.key.at)
	}
	if started {
		layoutMark(c, &s.clockStart, s.epoch)
	}
	if stopped {
		layoutMark(c, &s.clockStop, s.epoch)
	}
	switch {
	case delivered && once:
		s.delivered = s.clockStop
	case delivered:
		layoutMark(c, &s.delivered, s.epoch)
	}
}

// layoutOptional is for a time that may be 0, for none.
func layoutOptional(c *coder, v *int64, to int64) {
	if c.present(*v != 0) {
		c.near(v, to)
	}
}

func layoutKey(c *coder, k *orderKey, to int64) {
	c.near(&k.at, to)
	b := c.bits()
	b.number(&k.rank, 3)
	b.number(&k.priority, 2)
	b.close()
	c.near(&k.arrived, k.at)
}

func layoutMark(c *coder, m *mark, to int64) {
	c.hash(&m.id)
	layoutKey(c, &m.key, to)
	c.near(&m.occurred, m.key.at)
	b := c.bits()
	b.symbol(&m.precision, c.precisions, 2)
	b.number(&m.local.form, 2)
	b.close()
	layoutLocal(c, &m.local, 0)
	c.string(&m.date)
	c.string(&m.code)
}

func layoutTarget(c *coder, g *target) {
	at, number := parseDay(g.date)
	b := c.bits()
	b.flag(&number)
	b.close()
	if days := at.Unix() / int64(day/time.Second); number {
		c.int(&days)
		if c.reading {
			var buf [len(time.RFC3339)]byte
			g.date = string(appendDay(buf[:0], time.Unix(days*int64(day/time.Second), 0)))
		}
	} else {
		c.string(&g.date)
	}
	c.int(&g.at)
	c.string(&g.zone)
}

func layoutETAChange(c *coder, e *etaChange) {
	c.hash(&e.cause)
	c.int(&e.changed)
	layoutTarget(c, &e.from)
	layoutTarget(c, &e.to)
	c.string(&e.source)
	c.string(&e.reason)
}

func layoutEpisode(c *coder, ep *episode, epoch int64) {
	c.hash(&ep.opening)
	layoutKey(c, &ep.key, epoch)
	c.near(&ep.opened, ep.key.at)
	c.string(&ep.code)
	if c.present(ep.closing != 0) {
		c.hash(&ep.closing)
		c.near(&ep.closed, ep.opened)
		c.string(&ep.closingCode)
	}
}

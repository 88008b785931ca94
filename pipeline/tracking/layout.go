package tracking

import (
	"waybill/schemas"
)

// stateFormat is the version of the layout, the first byte of a state. Another
// layout gets another version, and this one stays readable.
const stateFormat = 1

// Symbols that events use over and over. Their order is part of the layout:
// only append.
var (
	precisions  = []string{schemas.PrecisionSecond, schemas.PrecisionMinute, schemas.PrecisionDay}
	confidences = []string{schemas.ConfidenceGiven, schemas.ConfidencePlace, schemas.ConfidenceCarrierDefault, schemas.ConfidenceAssumedUTC}
	legs        = []string{"", schemas.LegForward, schemas.LegReturn, schemas.LegExchange}
	sourceKinds = []string{schemas.SourceCarrierPush, schemas.SourceProviderPush, schemas.SourcePoll, schemas.SourceFile, schemas.SourceDerived}
	backfills   = []string{schemas.BackfillNone, schemas.BackfillCurrent, schemas.BackfillAll}
	windows     = []string{stateActive, stateExpired, stateStopped, stateDoNotTrack}
	finals      = []string{"", schemas.DecisionAccepted, schemas.DecisionLate, schemas.DecisionOutdated, schemas.DecisionAfterWindow}
	holds       = []string{schemas.DecisionHeldReorder, schemas.DecisionHeldFuture, schemas.DecisionHeldOrphan}
	inputTopics = []string{schemas.TopicCarrierEvents, schemas.TopicRegistrations}
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

	c.string(&s.present.code)
	if c.present(s.present.id != 0) {
		c.hash(&s.present.id)
		layoutKey(c, &s.present.key, s.epoch)
		c.near(&s.present.occurred, s.present.key.at)
		c.symbol(&s.present.leg, legs)
	}
	c.small(&s.events)
	if s.events > 0 {
		layoutKey(c, &s.released, s.epoch)
		c.near(&s.firstEvent, s.epoch)
		c.near(&s.lastEvent, s.firstEvent)
		layoutOptional(c, &s.lastScan, s.lastEvent)
	}
	c.small(&s.attempts)
	layoutMark(c, &s.clockStart, s.epoch)
	layoutMark(c, &s.clockStop, s.epoch)
	layoutMark(c, &s.delivered, s.epoch)
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
	list(c, &s.episodes, layoutEpisode)
	list(c, &s.registrations, func(c *coder, g *registration) { layoutRegistration(c, g, s.epoch) })
	before := s.epoch // each event is written by its distance from the one before
	list(c, &s.history, func(c *coder, e *event) {
		layoutEvent(c, e, before)
		before = e.occurred
	})
	list(c, &s.forgotten, func(c *coder, id *uint64) { c.hash(id) })
	list(c, &s.held, func(c *coder, p **pending) {
		if c.reading {
			*p = &pending{}
		}
		layoutPending(c, *p, s.epoch)
	})
}

// layoutOptional is for a time that may be 0, for none.
func layoutOptional(c *coder, v *int64, to int64) {
	if c.present(*v != 0) {
		c.near(v, to)
	}
}

func layoutKey(c *coder, k *orderKey, to int64) {
	c.near(&k.at, to)
	c.byte(&k.rank)
	c.byte(&k.priority)
	c.near(&k.arrived, k.at)
}

func layoutMark(c *coder, m *mark, to int64) {
	if !c.present(m.id != 0) {
		return
	}
	c.hash(&m.id)
	layoutKey(c, &m.key, to)
	c.near(&m.occurred, m.key.at)
	c.string(&m.day)
	c.string(&m.local)
	c.symbol(&m.precision, precisions)
	c.string(&m.code)
}

func layoutTarget(c *coder, g *target) {
	c.string(&g.date)
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

func layoutEpisode(c *coder, ep *episode) {
	c.hash(&ep.opening)
	c.int(&ep.opened)
	c.string(&ep.code)
	if c.present(ep.closing != 0) {
		c.hash(&ep.closing)
		c.near(&ep.closed, ep.opened)
		c.string(&ep.closingCode)
	}
}

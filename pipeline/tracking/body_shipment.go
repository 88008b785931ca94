package tracking

import (
	"waybill/pipeline/tracking/body"
	"waybill/schemas"
)

func (t *turn) bodyShipment(s *shipment, g *registration) body.Shipment {
	shown := t.shown(s, g)
	now := t.codeOf(shown.code).Status
	measure, _ := measureOf(s, g)
	b := body.Shipment{
		Carrier: t.carrier, TrackingNumber: t.number, Epoch: utc(s.epoch),
		Status: now.Name, Code: shown.code, Leg: s.legOrForward(), Terminal: now.Terminal,
		Attempts: s.attempts, StalledAt: t.optional(t.stalledAt(s)),
		ETA: t.bodyTarget(s.eta), OriginalETA: t.bodyTarget(s.originalETA), Promised: t.bodyTarget(g.promise),
		Delay: body.Delay{
			Measure: measure, Delayed: g.delayed != 0 && g.cleared == 0,
			DelayedAt: t.optional(g.delayed), ClearedAt: t.optional(g.cleared), AtRiskAt: t.optional(t.riskSince(s, g)),
		},
		Clock:        t.bodyClock(s, t.stopOf(s, g)),
		Corrected:    t.corrected(s, g) != nil,
		Exceptions:   t.bodyExceptions(s, g),
		ServiceLevel: g.service, Origin: g.origin, Destination: g.destination,
	}
	if g.isReturn && b.Leg == schemas.LegForward {
		b.Leg = schemas.LegReturn
	}
	b.Delay.DelayS, b.Delay.AccountableS = t.latenessOf(s, g).fields()
	if shown.id != 0 {
		b.StatusAt = t.optional(shown.occurred)
	}
	if s.delivered.id != 0 {
		b.DeliveredAt = t.optional(s.delivered.occurred)
	}
	return b
}

func (t *turn) bodyTarget(g target) *body.Target {
	if !g.isSet() {
		return nil
	}
	return &body.Target{Date: g.date, Zone: g.zone, At: t.optional(g.at)}
}

func (t *turn) bodyExceptions(s *shipment, g *registration) []body.Exception {
	list := []body.Exception{}
	for i := range s.episodes {
		ep := &s.episodes[i]
		if !t.sees(s, g, ep) {
			continue
		}
		code := t.codeOf(ep.code)
		b := body.Exception{
			OpeningEventID: t.eventID(ep.opening), Code: ep.code, Party: code.Party, Severity: code.Severity,
			OpenedAt: utc(ep.opened),
		}
		if ep.closing != 0 {
			b.ClosedAt = t.optional(ep.closed)
		}
		if k := g.acknowledged(ep.opening); k != nil {
			b.AcknowledgedAt, b.AcknowledgedBy = t.optional(k.at), k.actor
		}
		list = append(list, b)
	}
	return list
}

func (t *turn) bodyClock(s *shipment, stop *mark) body.Clock {
	var c body.Clock
	if s.clockStart.id != 0 {
		c.StartedAt = t.optional(s.clockStart.occurred)
	}
	if stop.id != 0 {
		c.StoppedAt = t.optional(stop.occurred)
		c.StoppedLocal, c.StopCode = t.local(&stop.local, stop.occurred), stop.code
	}
	if c.StartedAt != nil && c.StoppedAt != nil {
		c.StoppedBeforeStart = stop.occurred < s.clockStart.occurred
		if seconds := (stop.occurred - s.clockStart.occurred) / 1000; !c.StoppedBeforeStart {
			c.DurationS = &seconds
		}
	}
	return c
}

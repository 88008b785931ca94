package tracking

import (
	"waybill/pipeline/tracking/body"
	"waybill/schemas"
)

func (t *turn) bodyShipment(s *shipment, g *registration) body.Shipment {
	now := t.status(s)
	measure, _ := measureOf(s, g)
	b := body.Shipment{
		Carrier: t.carrier, TrackingNumber: t.number, Epoch: utc(s.epoch),
		Status: now.Name, Code: s.present.code, Leg: s.legOrForward(), Terminal: now.Terminal,
		Attempts: s.attempts,
		ETA:      bodyTarget(s.eta), OriginalETA: bodyTarget(s.originalETA), Promised: bodyTarget(g.promise),
		Delay: body.Delay{
			Measure: measure, Delayed: g.delayed != 0 && g.cleared == 0,
			DelayedAt: optional(g.delayed), ClearedAt: optional(g.cleared),
		},
		Clock:        bodyClock(s),
		ServiceLevel: g.service, Origin: g.origin, Destination: g.destination,
	}
	if g.isReturn && b.Leg == schemas.LegForward {
		b.Leg = schemas.LegReturn
	}
	if s.present.id != 0 {
		b.StatusAt = optional(s.present.occurred)
	}
	if s.delivered.id != 0 {
		b.DeliveredAt = optional(s.delivered.occurred)
	}
	return b
}

func bodyTarget(g target) *body.Target {
	if !g.isSet() {
		return nil
	}
	return &body.Target{Date: g.date, Zone: g.zone, At: optional(g.at)}
}

func bodyClock(s *shipment) body.Clock {
	var c body.Clock
	if s.clockStart.id != 0 {
		c.StartedAt = optional(s.clockStart.occurred)
	}
	if s.clockStop.id != 0 {
		c.StoppedAt = optional(s.clockStop.occurred)
		c.StoppedLocal, c.StopCode = s.clockStop.local.write(s.clockStop.occurred), s.clockStop.code
	}
	if c.StartedAt != nil && c.StoppedAt != nil {
		c.StoppedBeforeStart = s.clockStop.occurred < s.clockStart.occurred
		if seconds := (s.clockStop.occurred - s.clockStart.occurred) / 1000; !c.StoppedBeforeStart {
			c.DurationS = &seconds
		}
	}
	return c
}

package tracking

import (
	"time"

	"waybill/schemas"
)

// BodyShipment is the shipment as it stood when the webhook was made, for the
// eyes of one tenant (R10).
type BodyShipment struct {
	Carrier        string     `json:"carrier"`
	TrackingNumber string     `json:"tracking_number"`
	Epoch          time.Time  `json:"epoch"`
	Status         string     `json:"status"`
	Code           string     `json:"code"`
	Leg            string     `json:"leg"`
	StatusAt       *time.Time `json:"status_at"`
	Terminal       bool       `json:"terminal"`
	DeliveredAt    *time.Time `json:"delivered_at"`
	Attempts       int        `json:"attempts"`

	ETA         *BodyTarget `json:"eta"`
	OriginalETA *BodyTarget `json:"original_eta"`
	Promised    *BodyTarget `json:"promised"`
	Delay       BodyDelay   `json:"delay"`
	Clock       BodyClock   `json:"clock"`

	ServiceLevel *schemas.ServiceLevel `json:"service_level"`
	Origin       *schemas.Address      `json:"origin"`
	Destination  *schemas.Address      `json:"destination"`
}

// BodyTarget is when the parcel should be there: a day, with its zone where
// that is known, or an instant.
type BodyTarget struct {
	Date string     `json:"date"`
	Zone string     `json:"zone"`
	At   *time.Time `json:"at"`
}

// BodyDelay is what D2 says. Measure is promised, original_eta, or empty.
type BodyDelay struct {
	Measure   string     `json:"measure"`
	Delayed   bool       `json:"delayed"`
	DelayedAt *time.Time `json:"delayed_at"`
	ClearedAt *time.Time `json:"cleared_at"`
}

// BodyClock is the measured service (D7). The duration is null while it runs,
// and when it stopped before it started.
type BodyClock struct {
	StartedAt          *time.Time `json:"started_at"`
	StoppedAt          *time.Time `json:"stopped_at"`
	StoppedLocal       string     `json:"stopped_local"`
	StopCode           string     `json:"stop_code"`
	DurationS          *int64     `json:"duration_s"`
	StoppedBeforeStart bool       `json:"stopped_before_start"`
}

func (t *turn) bodyShipment(s *shipment, g *registration) BodyShipment {
	now := t.status(s)
	measure, _ := measureOf(s, g)
	b := BodyShipment{
		Carrier: t.carrier, TrackingNumber: t.number, Epoch: utc(s.epoch),
		Status: now.Name, Code: s.present.code, Leg: s.legOrForward(), Terminal: now.Terminal,
		Attempts: s.attempts,
		ETA:      bodyTarget(s.eta), OriginalETA: bodyTarget(s.originalETA), Promised: bodyTarget(g.promise),
		Delay: BodyDelay{
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

func bodyTarget(g target) *BodyTarget {
	if !g.isSet() {
		return nil
	}
	return &BodyTarget{Date: g.date, Zone: g.zone, At: optional(g.at)}
}

func bodyClock(s *shipment) BodyClock {
	var c BodyClock
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

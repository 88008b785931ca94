package riskscore

import (
	"time"

	"waybill/schemas"
	"waybill/schemas/status"
)

// silence is how long no scan must have come for the simple rule to warn.
const silence = 48 * time.Hour

// warnSimply notes when the two simple rules warn. They read the records as they
// arrive and know nothing of the rules of tracking.
func (p *parcel) warnSimply(model *status.Model) {
	heard := p.registered // the last scan; before the first, the registration
	for _, r := range p.records {
		e := r.Event
		if e == nil {
			continue
		}
		if quiet := heard.Add(silence); quiet.Before(r.Arrival) {
			p.warn(Silent, quiet)
		}
		if code, _ := model.Resolve(e.Status, e.Code); code.PhysicalScan && e.OccurredAt.After(heard) {
			heard = e.OccurredAt
		}
		if etaDay(e).After(p.promised) {
			p.warn(ETAMoved, r.Arrival)
		}
	}
	p.warn(Silent, heard.Add(silence))
}

// etaDay gives the day of an event's ETA, the zero time where it has none.
func etaDay(e *schemas.CarrierEvent) time.Time {
	switch {
	case e.ETADate != nil:
		if day, err := time.Parse(time.DateOnly, *e.ETADate); err == nil {
			return day
		}
	case e.ETAAt != nil:
		return e.ETAAt.UTC().Truncate(24 * time.Hour)
	}
	return time.Time{}
}

// end finds how the parcel ended: by its first event that stops the clock, and
// the day of that as it was written where it happened.
func (p *parcel) end(model *status.Model) {
	for _, r := range p.records {
		if r.Event == nil {
			continue
		}
		if code, _ := model.Resolve(r.Event.Status, r.Event.Code); !code.StopsClock {
			continue
		}
		day := r.Event.OccurredAt.UTC().Format(time.DateOnly)
		if local := r.Event.OccurredLocal; len(local) >= len(time.DateOnly) {
			day = local[:len(time.DateOnly)]
		}
		p.arrived, p.late = r.Arrival, day > p.promised.Format(time.DateOnly)
		return
	}
}

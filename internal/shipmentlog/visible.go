package shipmentlog

import (
	"slices"
	"time"

	"waybill/schemas"
)

// eyes are what a tenant's registrations may see of one life of a parcel, all of
// them together. Those that follow nothing see nothing of it.
type eyes struct {
	registrations []Registration
	shown         map[string]bool // by id, each event of the life
}

// eyesOf gives the tenant's eyes for each life that it follows, by epoch.
func eyesOf(p *Parcel) map[int64]*eyes {
	all := make(map[int64]*eyes)
	for _, r := range p.Registrations {
		at := r.Epoch.UnixMilli()
		if all[at] == nil {
			all[at] = &eyes{shown: make(map[string]bool)}
		}
		if !r.followsNothing() {
			all[at].registrations = append(all[at].registrations, r)
		}
	}
	zones := make(map[string]*time.Location)
	for i := range p.Events {
		e := &p.Events[i]
		if of := all[e.Epoch.UnixMilli()]; of != nil && e.Type == schemas.TypeEvent {
			if _, known := zones[e.OccurredZone]; !known {
				zones[e.OccurredZone] = schemas.Zone(e.OccurredZone)
			}
			of.shown[e.EventID] = of.sees(e.EventID, schemas.Over(e.OccurredAt, e.Precision, zones[e.OccurredZone]))
		}
	}
	return all
}

// sees is rule R5: a registration sees what was not over before it, of the rest
// all or the one that was the present.
func (y *eyes) sees(eventID string, over time.Time) bool {
	return slices.ContainsFunc(y.registrations, func(r Registration) bool {
		return r.Backfill == schemas.BackfillAll || eventID != "" && eventID == r.currentEventID || over.After(r.RegisteredAt)
	})
}

// seesWith tells whether something is seen that is shown as an event is. Where
// that event is not known, its own time decides.
func (y *eyes) seesWith(eventID string, at time.Time) bool {
	if shown, known := y.shown[eventID]; known {
		return shown
	}
	return y.sees(eventID, schemas.Over(at, schemas.PrecisionSecond, nil))
}

// seesEvent: what the rules noticed by themselves is shown as the event that
// they noticed it by, and to its tenant where it has one.
func (y *eyes) seesEvent(e *Event) bool {
	if e.Tenant != "" {
		return true
	}
	if e.Type == schemas.TypeErased { // from which it would learn that others followed the parcel, too (P1)
		return false
	}
	if shown, known := y.shown[e.EventID]; known {
		return shown
	}
	for _, cause := range []string{"opening_event_id", "causing_event_id"} {
		if id := e.Evidence[cause]; id != "" {
			return y.seesWith(id, e.OccurredAt)
		}
	}
	return y.seesWith(e.EventID, e.OccurredAt)
}

// keep leaves out of a parcel what is not for its tenant: lives that it does not
// follow, and of the others what its registrations do not see. That the status is
// told, and when it was reached, is so in webhooks too.
func (p *Parcel) keep(all map[int64]*eyes) {
	of := func(epoch time.Time) *eyes { return all[epoch.UnixMilli()] }
	p.Shipments = only(p.Shipments, func(s *Shipment) bool { return of(s.Epoch) != nil })
	p.Exceptions = only(p.Exceptions, func(x *Exception) bool {
		y := of(x.Epoch)
		return y != nil && y.seesWith(x.OpeningEventID, x.OpenedAt)
	})
	p.ETAChanges = only(p.ETAChanges, func(c *ETAChange) bool {
		y := of(c.Epoch)
		return y != nil && y.seesWith(c.CausingEventID, c.ChangedAt)
	})
	p.Decisions = only(p.Decisions, func(d *Decision) bool {
		y := of(d.Epoch)
		return y != nil && y.seesWith(d.EventID, d.OccurredAt)
	})
	p.Events = only(p.Events, func(e *Event) bool {
		y := of(e.Epoch)
		return y != nil && y.seesEvent(e)
	})
	p.hush()
	for i := range p.Shipments {
		p.Shipments[i].asShown(of(p.Shipments[i].Epoch), p.Registrations)
	}
}

// asShown gives a life the status that its tenant is shown, which its newest
// registration has, an active one first; to a tenant that follows nothing of it,
// no more than that.
func (s *Shipment) asShown(y *eyes, registrations []Registration) {
	newest := latest(registrations, s.Epoch)
	if len(y.registrations) == 0 {
		*s = Shipment{Epoch: s.Epoch, Revision: s.Revision, Leg: schemas.LegForward, UpdatedAt: newest.RegisteredAt}
	}
	s.Status, s.Code, s.StatusAt = newest.Status, newest.Code, newest.StatusAt
	if shown, known := y.shown[s.PresentEventID]; known && !shown {
		s.PresentEventID = ""
	}
}

// latest is the registration of a life that counts: the active one that came
// last, else the last.
func latest(registrations []Registration, epoch time.Time) *Registration {
	var found *Registration
	for i := range registrations {
		r := &registrations[i]
		if r.Epoch.Equal(epoch) && (found == nil || r.State == stateActive || found.State != stateActive) {
			found = r
		}
	}
	return found
}

// hush leaves out what the tenant has had erased, where others are still shown it
// (P1). Where nobody is, the tables do not have it.
func (p *Parcel) hush() {
	erased := make(map[int64]bool)
	for i := range p.Events {
		if e := &p.Events[i]; e.Type == schemas.TypeActionErase && e.Evidence["refused"] == "" {
			erased[e.Epoch.UnixMilli()] = true
		}
	}
	for i := range p.Events {
		if e := &p.Events[i]; erased[e.Epoch.UnixMilli()] && e.Tenant == "" {
			e.Description, e.RawStatus, e.SignedBy, e.Location = "", "", "", Location{Country: e.Location.Country}
			delete(e.Evidence, "reason")
		}
	}
	for i := range p.ETAChanges {
		if c := &p.ETAChanges[i]; erased[c.Epoch.UnixMilli()] {
			c.Reason = ""
		}
	}
}

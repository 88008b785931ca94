package simulate

import (
	"time"

	"waybill/schemas"
)

// live tells what happens to the parcel, day by day.
func (s *story) live(f fate) {
	if f == invalid {
		return
	}
	s.setOut()
	switch f {
	case smooth:
		s.arriveOn(s.chooseDeliveryDay())
		s.deliver(s.lastDay())
	case attempted:
		s.arriveOn(s.chooseDeliveryDay())
		s.tryAgain()
	case troubled:
		s.recover()
	case refused:
		s.arriveOn(s.chooseDeliveryDay())
		s.attempt("attempt.refused")
		s.goBack(s.lastDay().Add(aDay))
	case unclaimed:
		s.arriveOn(s.promised)
		s.lieUnclaimed()
	case lost:
		s.travelUntil(s.pickedUp.Add(2 * aDay))
		s.open("exc.contact_carrier", s.lastDay().Add(aDay))
		day := s.lastDay().Add(time.Duration(8+s.chance.IntN(5)) * aDay)
		s.close("failed.lost", s.local(day, s.hub, 9, 17), s.hub)
		s.truth.Lost = true
	case silent:
		s.travelUntil(s.pickedUp.Add(2 * aDay))
		s.truth.Expired = true
	case stuck:
		s.travelUntil(s.pickedUp.Add(2 * aDay))
		s.open(s.choose(s.wayExceptions), s.lastDay().Add(aDay))
		s.truth.Expired = true
	}
}

// setOut is how every parcel begins.
func (s *story) setOut() {
	if !s.unannounced {
		s.scan("info.received", s.registered.Add(time.Minute+time.Duration(s.chance.IntN(1800))*time.Second), s.from)
	}
	s.expect(s.promised)
	s.scan("transit.picked_up", s.local(s.pickedUp, s.from, 14, 19), s.from)
	s.scan("transit.departed_facility", s.local(s.pickedUp, s.from, 20, 23), s.from)
}

// chooseDeliveryDay lets a fifth come a day early and an eighth late.
func (s *story) chooseDeliveryDay() time.Time {
	switch n := s.chance.IntN(40); {
	case n < 8:
		return s.promised.Add(-aDay)
	case n < 13:
		return s.promised.Add(time.Duration(1+s.chance.IntN(3)) * aDay)
	}
	return s.promised
}

// lastDay is the calendar day of the last scan, where it was.
func (s *story) lastDay() time.Time {
	last := s.scans[len(s.scans)-1]
	return dayOf(last.at.In(last.site.zone))
}

// travelUntil brings the parcel to the hub and away from it, with a scan on
// each day before the one given.
func (s *story) travelUntil(day time.Time) {
	for d := s.lastDay().Add(aDay); d.Before(day); d = d.Add(aDay) {
		last := s.scans[len(s.scans)-1]
		switch {
		case last.site != s.hub:
			s.scan("transit.arrived_facility", s.local(d, s.hub, 6, 12), s.hub)
		case last.code.Name == "transit.departed_facility" || last.code.Name == "transit.moving":
			s.scan("transit.moving", s.local(d, s.hub, 6, 22), s.hub)
		default:
			s.scan("transit.departed_facility", s.local(d, s.hub, 16, 22), s.hub)
		}
	}
}

// arriveOn brings the parcel to the depot of its destination on a day. When
// that is after what the carrier said, it says so a day before.
func (s *story) arriveOn(day time.Time) {
	s.travelUntil(day.Add(-aDay))
	if s.promised.Before(day) {
		s.expect(day)
	}
	if s.crossesBorder() {
		s.scan("transit.customs_started", s.local(day.Add(-aDay), s.to, 8, 12), s.to)
		s.scan("transit.customs_cleared", s.local(day.Add(-aDay), s.to, 13, 18), s.to)
	}
	s.scan("transit.at_delivery_depot", s.local(day, s.to, 4, 6), s.to)
}

// deliver ends the story well. Some carriers scan on after it (rule O7).
func (s *story) deliver(day time.Time) {
	s.scan("ofd.out", s.local(day, s.to, 7, 9), s.to)
	s.mistake()
	s.hand(s.choose(s.deliveries), s.local(s.lastDay(), s.to, 10, 18))
	switch last := s.scans[len(s.scans)-1].at; s.chance.IntN(40) {
	case 0:
		s.echo("delivered.post_update", last.Add(time.Hour))
	case 1:
		s.echo("transit.processing", last.Add(3*time.Hour))
	}
	s.echoes()
}

// hand gives the parcel to the recipient, and knows the outcome.
func (s *story) hand(code string, at time.Time) {
	made := s.scan(code, at, s.to)
	day := dayOf(made.at.In(s.to.zone))
	s.truth.DeliveredDate = day.Format(time.DateOnly)
	s.truth.Outcome = outcomeOf(day, s.promised)
}

// attempt is a delivery that fails.
func (s *story) attempt(code string) {
	s.scan("ofd.out", s.local(s.lastDay(), s.to, 7, 9), s.to)
	s.expect(s.lastDay().Add(aDay))
	s.scan(code, s.local(s.lastDay(), s.to, 10, 18), s.to)
	s.truth.FailedAttempts++
}

// tryAgain has the parcel delivered on the next day, or fetched at a shop.
func (s *story) tryAgain() {
	s.attempt(s.choose(s.failedAttempts))
	if s.chance.IntN(3) > 0 {
		s.deliver(s.lastDay().Add(aDay))
		return
	}
	s.scan("collect.ready", s.local(s.lastDay().Add(aDay), s.to, 8, 10), s.to)
	s.hand("delivered.collected", s.local(s.lastDay().Add(time.Duration(s.chance.IntN(3))*aDay), s.to, 11, 19))
}

// recover has an exception on the way, at the border or at the depot, and a
// delivery after it.
func (s *story) recover() {
	where := s.chance.IntN(3)
	wait := time.Duration(1+s.chance.IntN(3)) * aDay
	switch {
	case where == 0:
		s.arriveOn(s.promised)
		s.expect(s.promised.Add(wait))
		s.open(s.choose(s.depotExceptions), s.lastDay())
		day := s.lastDay().Add(wait)
		s.close("ofd.out", s.local(day, s.to, 7, 9), s.to)
		s.hand(s.choose(s.deliveries), s.local(s.lastDay(), s.to, 10, 18))
		return
	case where == 1 && s.crossesBorder():
		s.open(s.choose(s.borderExceptions), s.pickedUp.Add(aDay))
	default:
		s.open(s.choose(s.wayExceptions), s.pickedUp.Add(aDay))
	}
	day := s.lastDay().Add(wait)
	closing := "transit.departed_facility"
	if s.chance.IntN(3) == 0 {
		closing = "transit.problem_resolved"
	}
	s.close(closing, s.local(day, s.hub, 9, 15), s.hub)
	day = s.lastDay().Add(2 * aDay)
	if day.Before(s.promised) {
		day = s.promised
	}
	s.arriveOn(day)
	s.deliver(s.lastDay())
}

// lieUnclaimed leaves the parcel at a shop until it goes back.
func (s *story) lieUnclaimed() {
	s.scan("collect.ready", s.local(s.lastDay(), s.to, 8, 10), s.to)
	s.open("exc.unclaimed", s.lastDay().Add(5*aDay))
	s.close("transit.departed_facility", s.local(s.lastDay().Add(aDay), s.to, 8, 12), s.to)
	s.goBack(s.lastDay().Add(aDay))
}

// goBack returns the parcel to the shipper.
func (s *story) goBack(day time.Time) {
	s.leg, s.eta = schemas.LegReturn, ""
	s.scan("returning.in_progress", s.local(day, s.to, 8, 18), s.to)
	s.scan("returned.returned", s.local(day.Add(time.Duration(2+s.chance.IntN(3))*aDay), s.from, 9, 17), s.from)
	s.truth.Returned = true
}

// open begins an exception episode (rule D6); sometimes more goes wrong within
// it.
func (s *story) open(code string, day time.Time) {
	site := s.hub
	if n := len(s.scans); n > 0 && s.scans[n-1].site == s.to {
		site = s.to
	}
	made := s.scan(code, s.local(day, site, 10, 15), site)
	s.truth.Exceptions = append(s.truth.Exceptions, Episode{OpenedCode: code, OpenedAt: made.at})
	if s.chance.IntN(5) == 0 {
		s.scan(s.choose(s.furtherExceptions), made.at.Add(time.Duration(1+s.chance.IntN(5))*time.Hour), site)
	}
}

// close ends the open episode with a scan.
func (s *story) close(code string, at time.Time, where *site) {
	made := s.scan(code, at, where)
	e := &s.truth.Exceptions[len(s.truth.Exceptions)-1]
	e.ClosedCode, e.ClosedAt = code, &made.at
}

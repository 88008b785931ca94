package simulate

import (
	"strings"
	"time"

	"waybill/schemas"
)

// resend makes the record by which a source tells a scan again.
func (s *story) resend(t *Told, kind Fault) (Told, bool) {
	event := *t.Event
	again := Told{Record: t.Record, Moment: t.Moment}
	again.Event = &event
	switch kind {
	case Repeated:
	case Reworded:
		event.Description = strings.ToUpper(event.Description) + " - " + event.Location.City
		place := *event.Location
		place.Name, place.City = "Depot "+place.City, strings.ToUpper(place.City)
		event.Location = &place
	case Reissued:
		event.OccurredText, event.MapVersion = event.OccurredAt.Format(time.RFC1123), mapVersion+"a"
	case Recoded:
		event.RawCode += "_2"
	default:
		return Told{}, false
	}
	s.send(&again, t.Arrival.Add(s.lag()))
	return again, true
}

// lag is after how long a source says a thing again: at once, within the hour,
// or within days.
func (s *story) lag() time.Duration {
	return s.within([]time.Duration{time.Second, time.Hour, 4 * aDay}[s.trouble.chance.IntN(3)])
}

// within gives a time from a millisecond to d.
func (s *story) within(d time.Duration) time.Duration {
	return time.Millisecond + time.Duration(s.trouble.chance.Int64N(int64(d))).Truncate(time.Millisecond)
}

// second tells the scans as an aggregator does that follows the carrier, or at
// times is ahead of it. It pushes each scan, or is polled and then tells the last
// three. It tells mistakes too, and not that they are taken back.
func (s *story) second(scans []Told) []Told {
	toMinute, zoneless, polled := s.heads(), s.heads(), s.heads()
	var again, all []Told
	for i := range scans {
		if scans[i].Event == nil || s.scans[i].withdraws > 0 {
			continue
		}
		same := Told{Record: scans[i].Record, Moment: scans[i].Moment}
		same.Event = s.inOtherWords(scans[i].Event, polled, toMinute, zoneless)
		s.send(&same, s.secondTold(scans, i))
		again = append(again, same)
		if polled {
			all = append(all, s.snapshot(again)...)
		}
	}
	return append(again, all...)
}

// inOtherWords is how an aggregator tells what the carrier tells.
func (s *story) inOtherWords(e *schemas.CarrierEvent, polled, toMinute, zoneless bool) *schemas.CarrierEvent {
	event := *e
	event.Source, event.SourceKind, event.MapVersion = "sim-hub", schemas.SourceProviderPush, "sim-hub/1"
	event.RawCode, event.Description, event.Location, event.SignedBy = "H-"+event.RawCode, "", nil, ""
	if polled {
		event.SourceKind = schemas.SourcePoll
	}
	if toMinute {
		s.shift(&event, event.OccurredAt.Truncate(time.Minute))
		event.OccurredPrecision = schemas.PrecisionMinute
	}
	if zoneless {
		event.OccurredZone, event.OccurredText, event.OccurredConfidence = "", event.OccurredLocal, schemas.ConfidencePlace
	}
	return &event
}

// secondTold is when an aggregator tells a scan: after the carrier, or up to five
// minutes before it where it has told nothing else since the scan before.
func (s *story) secondTold(scans []Told, i int) time.Time {
	early := scans[i].Arrival.Add(-s.within(5 * time.Minute))
	ahead := s.heads() && early.After(s.scans[i].at)
	for j := range i {
		ahead = ahead && early.After(scans[j].Arrival.Add(leastTold))
	}
	if ahead {
		return early
	}
	return notJustBefore(s.scans[i].at, scans[i].Arrival.Add(s.lag()))
}

// notJustBefore puts off what would tell a scan some minutes before it happens,
// which nobody could tell from a clock that is ahead (rule T3).
func notJustBefore(happens, at time.Time) time.Time {
	if at.Before(happens) && at.After(happens.Add(-plannedAhead)) {
		return happens.Add(time.Second)
	}
	return at
}

// snapshot tells the two scans again that came before the newest, with it.
func (s *story) snapshot(again []Told) []Told {
	newest := len(again) - 1
	var list []Told
	for i := max(0, newest-2); i < newest; i++ {
		event := *again[i].Event
		copied := Told{Record: again[i].Record, Moment: again[i].Moment}
		copied.Event = &event
		at := again[newest].Arrival.Add(s.within(100 * time.Millisecond))
		s.send(&copied, notJustBefore(s.scans[copied.Moment].at, at))
		list = append(list, copied)
	}
	return list
}

func (s *story) heads() bool { return s.trouble.chance.IntN(2) == 0 }

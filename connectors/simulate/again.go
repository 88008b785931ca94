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

// second tells the scans as an aggregator does that follows the carrier. It
// does not tell what was a mistake.
func (s *story) second(scans []Told) []Told {
	kind := []string{schemas.SourceProviderPush, schemas.SourcePoll}[s.trouble.chance.IntN(2)]
	toMinute, zoneless := s.trouble.chance.IntN(2) == 0, s.trouble.chance.IntN(2) == 0
	var again []Told
	for i := range scans {
		if scans[i].Event == nil || s.scans[i].wrong || s.scans[i].withdraws > 0 {
			continue
		}
		event := *scans[i].Event
		event.Source, event.SourceKind, event.MapVersion = "sim-hub", kind, "sim-hub/1"
		event.RawCode, event.Description, event.Location, event.SignedBy = "H-"+event.RawCode, "", nil, ""
		if toMinute {
			s.shift(&event, event.OccurredAt.Truncate(time.Minute))
			event.OccurredPrecision = schemas.PrecisionMinute
		}
		if zoneless {
			event.OccurredZone, event.OccurredText, event.OccurredConfidence = "", event.OccurredLocal, schemas.ConfidencePlace
		}
		same := Told{Record: scans[i].Record, Moment: scans[i].Moment}
		same.Event = &event
		s.send(&same, scans[i].Arrival.Add(s.lag()))
		again = append(again, same)
	}
	return again
}

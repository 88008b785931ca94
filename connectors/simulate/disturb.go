package simulate

import (
	"slices"
	"strings"
	"time"

	"waybill/schemas"
)

// disturb lets the faults of scans, and those of whole sources, befall what is
// told. The registration stands first; the rest is in order of the scans.
func (s *story) disturb(told []Told) []Told {
	if len(s.trouble.rates) == 0 {
		return told
	}
	scans := told[1:]
	inBulk := s.bulk(scans)
	var more []Told
	for i := range scans {
		kind := s.trouble.ofScan()
		switch made := &s.scans[i]; {
		case made.byHand:
		case made.withdraws > 0:
			s.withdraw(&scans[i], &scans[i-made.withdraws])
		case !inBulk[i] && !inBulk[i+1] && !made.wrong && s.retime(scans, i, kind):
		default:
			s.misread(scans[i].Event, kind)
			if made.wrong && kind == Recoded {
				continue // under another code it would be another mistake
			}
			if again, sent := s.resend(&scans[i], kind); sent {
				more = append(more, again)
			}
		}
	}
	if s.trouble.befalls(SecondSource) {
		more = append(more, s.second(scans)...)
	}
	return append(told, more...)
}

// withdraw takes a scan back in the words in which it was told.
func (s *story) withdraw(t, wrong *Told) {
	event := *wrong.Event
	event.ReceivedAt, event.Retracted = t.Event.ReceivedAt, true
	t.Event = &event
}

// bulk holds back up to ten scans in a row and lets them come at once.
func (s *story) bulk(scans []Told) map[int]bool {
	if len(scans) < 2 || !s.trouble.befalls(Bulk) {
		return nil
	}
	const most = 10
	size := min(2+s.trouble.chance.IntN(most-1), len(scans))
	first := s.trouble.chance.IntN(len(scans) - size + 1)
	stretch := scans[first : first+size]
	if slices.ContainsFunc(stretch, func(t Told) bool { return t.Event == nil || t.Event.Retracted }) {
		return nil // a mistake is believed before it is taken back
	}
	last := stretch[size-1]
	held := make(map[int]bool, size)
	for i := range stretch {
		stretch[i].Event.ReceivedAt = last.Event.ReceivedAt
		stretch[i].Arrival = last.Arrival.Add(s.within(s.options.DisorderBound))
		held[first+i] = true
	}
	return held
}

// retime changes when a scan is told, where that is possible.
func (s *story) retime(scans []Told, i int, kind Fault) bool {
	last := i == len(scans)-1
	switch kind {
	case Swapped:
		if last || scans[i+1].Event == nil {
			return false
		}
		s.send(&scans[i], scans[i+1].Arrival.Add(s.within(s.options.DisorderBound)))
	case Late:
		if last {
			return false
		}
		s.send(&scans[i], scans[i+1].Arrival.Add(lateLeast+s.within(2*aDay)))
	case ClockAhead:
		return s.clockAhead(scans, i)
	case Future:
		return s.tellBefore(scans, i)
	default:
		return false
	}
	return true
}

// lateLeast is by how much a late scan comes too late, at least. It is more
// than any hold that stays below the time between two scans' receipts.
const lateLeast = time.Minute

// clockAhead lets the scanner's clock be ahead, of a scan that is told at once.
func (s *story) clockAhead(scans []Told, i int) bool {
	at := s.scans[i].at
	received := at.Add(s.within(20 * time.Second))
	if i > 0 && received.Before(scans[i-1].Arrival.Add(leastTold)) {
		return false
	}
	s.send(&scans[i], received.Add(100*time.Millisecond))
	s.shift(scans[i].Event, at.Add(time.Minute+s.within(8*time.Minute)).Truncate(time.Second))
	return true
}

// plannedAhead is how long before it happens a plan is told, at least.
const plannedAhead = 15 * time.Minute

// tellBefore lets a scan be told before it happens: a plan that comes true.
func (s *story) tellBefore(scans []Told, i int) bool {
	if i == 0 || s.scans[i].code.Terminal {
		return false
	}
	earliest := scans[i-1].Arrival.Add(leastTold)
	room := s.scans[i].at.Add(-plannedAhead).Sub(earliest)
	if room <= 0 {
		return false
	}
	s.send(&scans[i], earliest.Add(s.within(room)))
	return true
}

// send lets a scan arrive at another time.
func (s *story) send(t *Told, at time.Time) {
	t.Arrival = at.Truncate(time.Millisecond)
	received := t.Arrival
	t.Event.ReceivedAt = &received
}

// shift gives a scan another time.
func (s *story) shift(e *schemas.CarrierEvent, at time.Time) {
	by := at.Sub(e.OccurredAt)
	e.OccurredAt = at
	if local, err := time.Parse(localForm, e.OccurredLocal); err == nil {
		e.OccurredLocal = local.Add(by).Format(localForm)
	}
	e.OccurredText = e.OccurredLocal + e.OccurredZone
}

// misread lets the carrier write a time in a way that misleads who does not
// know it; the connector does (rule T2).
func (s *story) misread(e *schemas.CarrierEvent, kind Fault) {
	switch kind {
	case NoZone:
		e.OccurredText, e.OccurredConfidence = strings.Replace(e.OccurredLocal, "T", " ", 1), schemas.ConfidencePlace
	case FalseZ:
		e.OccurredText, e.OccurredConfidence = e.OccurredLocal+"Z", schemas.ConfidenceCarrierDefault
	}
}

package tracking

import (
	"cmp"
	"slices"
	"time"

	"waybill/schemas"
)

const secondsOfDay = int64(day / time.Second)

// lateness is by how much a parcel missed its measure (D2), in seconds, and how
// much of that the carrier has to answer for (D6). It is not known before the
// clock stopped, nor without a measure.
type lateness struct {
	known              bool
	total, accountable int64
}

func (t *turn) latenessOf(s *shipment, g *registration) lateness {
	name, to := measureOf(s, g)
	stop := t.stopOf(s, g)
	if name == "" || stop.id == 0 {
		return lateness{}
	}
	if t.inTime(to, stop) {
		return lateness{known: true}
	}
	late := max(1, t.missedBy(to, stop))
	return lateness{known: true, total: late, accountable: max(0, late-t.excused(s, stop.occurred))}
}

// missedBy gives the seconds from a measure to a stop that missed it. A day is
// measured from its end: in its zone, else as the stop's own local time has it.
// Where the stop is only a day, whole days are counted.
func (t *turn) missedBy(g target, stop *mark) int64 {
	if stop.precision == schemas.PrecisionDay {
		return daysBetween(t.dayOf(g), stop.day()) * secondsOfDay
	}
	if g.date == "" {
		return (stop.occurred - g.at) / time.Second.Milliseconds()
	}
	if t.zones.find(g.zone) != nil {
		return (stop.occurred - t.deadline(g)) / time.Second.Milliseconds()
	}
	local := stop.occurred + int64(stop.local.shift)*time.Second.Milliseconds()
	date, err := time.Parse(dateLayout, g.date)
	if err != nil {
		return 0
	}
	return (local - endOfDay(date, time.UTC)) / time.Second.Milliseconds()
}

func daysBetween(from, to string) int64 {
	a, errA := time.Parse(dateLayout, from)
	b, errB := time.Parse(dateLayout, to)
	if errA != nil || errB != nil {
		return 0
	}
	return int64(b.Sub(a) / day)
}

// excused gives the seconds between the start and the stop of the clock in
// which an exception was open that is not the carrier's (D6). Time that two of
// them share counts once.
func (t *turn) excused(s *shipment, stop int64) int64 {
	var spans [][2]int64
	for i := range s.episodes {
		ep := &s.episodes[i]
		from, to := ep.opened, stop
		if ep.closing != 0 {
			to = min(to, ep.closed)
		}
		if s.clockStart.id != 0 {
			from = max(from, s.clockStart.occurred)
		}
		if from < to && t.codeOf(ep.code).Party != partyCarrier {
			spans = append(spans, [2]int64{from, to})
		}
	}
	slices.SortFunc(spans, func(a, b [2]int64) int { return cmp.Compare(a[0], b[0]) })
	total, until := int64(0), int64(0)
	for i, span := range spans {
		if i > 0 {
			span[0] = max(span[0], until)
		}
		total += max(0, span[1]-span[0])
		until = max(until, span[1])
	}
	return total / time.Second.Milliseconds()
}

// partyCarrier answers for its own exceptions.
const partyCarrier = "carrier"

// fields gives lateness as records and bodies hold it.
func (l lateness) fields() (total, accountable *int64) {
	if !l.known {
		return nil, nil
	}
	late := l // only what is known is moved to the heap
	return &late.total, &late.accountable
}

package tracking

import (
	"time"

	"waybill/schemas"
)

// clampWithin is how far ahead of its receipt a scan may have occurred and
// only be clamped; what is further ahead waits (T3).
const clampWithin = int64(10 * time.Minute / time.Millisecond)

// orderedAt gives the instant that an event is ordered by: a date counts as
// the last second of that day where it happened (T2).
func (r *rules) orderedAt(e *event) int64 {
	if e.precision != schemas.PrecisionDay {
		return e.occurred
	}
	zone := r.zones.find(e.zone)
	if zone == nil {
		zone = time.UTC
	}
	return endOfDay(time.UnixMilli(e.occurred).In(zone), zone) - time.Second.Milliseconds()
}

// earliest gives the first instant at which the event can have occurred: a
// date whose zone is not known begins at UTC+14 (T2).
func (r *rules) earliest(e *event) int64 {
	if e.precision == schemas.PrecisionDay && r.zones.find(e.zone) == nil {
		return e.occurred - earliestZone.Milliseconds()
	}
	return e.occurred
}

// before tells whether the event occurred before an instant (T2, R5): the whole
// of what its time may mean must be over.
func (r *rules) before(e *event, instant int64) bool {
	return schemas.Over(utc(e.occurred), e.precision, r.zones.find(e.zone)).UnixMilli() <= instant
}

// localDay gives the event's calendar day as written, for comparing days with
// days (D2).
func (r *rules) localDay(e *event) string {
	if local := e.local.write(e.occurred); len(local) >= len(dateLayout) {
		if _, err := time.Parse(dateLayout, local[:len(dateLayout)]); err == nil {
			return local[:len(dateLayout)]
		}
	}
	zone := r.zones.find(e.zone)
	if zone == nil {
		zone = time.UTC
	}
	return time.UnixMilli(e.occurred).In(zone).Format(dateLayout)
}

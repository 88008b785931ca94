package tracking

import (
	"sync"
	"time"

	"waybill/schemas"
)

// Offsets of the first and the last place on earth where a day begins, for
// days whose zone is not known (T2).
const (
	earliestZone = 14 * time.Hour
	latestZone   = -12 * time.Hour
)

// zones finds zones by name and remembers them, for finding one reads files.
// It holds only names that exist, so hostile names do not fill it.
type zones struct{ known sync.Map }

// find returns the zone of an IANA name or a UTC offset, or nil when the name
// is empty or no zone.
func (z *zones) find(name string) *time.Location {
	switch name {
	case "":
		return nil
	case "Z", "UTC":
		return time.UTC
	}
	if known, ok := z.known.Load(name); ok {
		if loc, ok := known.(*time.Location); ok {
			return loc
		}
	}
	loc := schemas.Zone(name)
	if loc == nil {
		return nil
	}
	z.known.Store(name, loc)
	return loc
}

// endOfDay gives the instant, in milliseconds, at which a calendar day is over
// in a zone. For a zone of nil it is over everywhere on earth.
func endOfDay(date time.Time, zone *time.Location) int64 {
	y, m, d := date.Date()
	if zone == nil {
		return time.Date(y, m, d+1, 0, 0, 0, 0, time.UTC).Add(-latestZone).UnixMilli()
	}
	return time.Date(y, m, d+1, 0, 0, 0, 0, zone).UnixMilli()
}

func utc(ms int64) time.Time { return time.UnixMilli(ms).UTC() }

// optional gives a time for a field that may be absent; 0 is absent.
func optional(ms int64) *time.Time {
	if ms == 0 {
		return nil
	}
	at := utc(ms)
	return &at
}

// stamp writes an instant for a reason or a piece of evidence.
func stamp(ms int64) string { return utc(ms).Format(time.RFC3339) }

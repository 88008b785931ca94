package schemas

import (
	"fmt"
	"strings"
	"time"
)

// Zone returns the zone that an event's occurred_zone names: an IANA name, or a
// UTC offset as +hh, +hhmm or +hh:mm. It is nil for what names none. An IANA name
// may cost a file to be read.
func Zone(name string) *time.Location {
	switch {
	case name == "", name == "Local": // which would be this machine's
		return nil
	case name == "Z":
		return time.UTC
	case strings.HasPrefix(name, "+"), strings.HasPrefix(name, "-"):
		return offsetZone(name)
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
		return nil
	}
	return zone
}

func offsetZone(name string) *time.Location {
	for _, layout := range []string{"-07:00", "-0700", "-07"} {
		if at, err := time.Parse(layout, name); err == nil {
			_, seconds := at.Zone()
			return time.FixedZone(name, seconds)
		}
	}
	return nil
}

// CheckTime refuses times that no parcel has, which are slips of the pen: Kafka
// has none before 1970, and ClickHouse none after 2299.
func CheckTime(t time.Time) error {
	if year := t.UTC().Year(); year < 1970 || year >= 2200 {
		return fmt.Errorf("the time %s lies outside the years 1970 to 2199", t.Format(time.RFC3339))
	}
	return nil
}

// Over gives the first instant at which all is over that the time of an event
// may mean (T2): its second, its minute, or its day in the zone. A day whose zone
// is not known, which is nil, is the day in UTC. An event occurred before an
// instant if it is over by then.
func Over(occurred time.Time, precision string, zone *time.Location) time.Time {
	occurred = occurred.UTC()
	switch precision {
	case PrecisionSecond:
		return occurred.Truncate(time.Second).Add(time.Second)
	case PrecisionMinute:
		return occurred.Truncate(time.Minute).Add(time.Minute)
	}
	if zone == nil {
		zone = time.UTC
	}
	y, m, d := occurred.In(zone).Date()
	return time.Date(y, m, d+1, 0, 0, 0, 0, zone)
}

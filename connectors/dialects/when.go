package dialects

import (
	"errors"
	"fmt"
	"strings"
	"time"
	_ "time/tzdata" // a time in a zone must be the same instant on every machine

	"waybill/connectors/places"
	"waybill/schemas"
)

// moment is a time as a source gives it (T2). The zero value is none.
type moment struct {
	at         time.Time // UTC; with precision day 00:00 of that day in its zone
	text       string    // as written
	local      string    // without a zone; only the day with precision day
	zone       string    // IANA zone or offset of local; empty: not known
	precision  string
	confidence string
}

const (
	localDay    = "2006-01-02"
	localSecond = "2006-01-02T15:04:05"
)

// isoLayouts are the ways of ISO 8601 that sources have.
var isoLayouts = []string{
	"2006-01-02T15:04:05.999999999Z07:00", "2006-01-02T15:04:05.999999999Z0700", "2006-01-02T15:04:05.999999999",
	"2006-01-02 15:04:05.999999999Z07:00", "2006-01-02 15:04:05.999999999", "2006-01-02T15:04Z07:00", "2006-01-02T15:04", "2006-01-02 15:04", "2006-01-02",
}

// when reads a time in one of the layouts (package time), or of ISO 8601 where
// there are none. A time without a zone has that of its place, or else that of
// the dialect, or else UTC is assumed.
func (r *reader) when(written string, place *schemas.Location, layouts ...string) (moment, error) {
	written = strings.TrimSpace(written)
	if written == "" {
		return moment{}, errors.New("the time is missing")
	}
	if len(layouts) == 0 {
		layouts = isoLayouts
	}
	for _, layout := range layouts {
		at, err := time.Parse(layout, written)
		if err != nil {
			continue
		}
		m := moment{text: written, precision: precisionOf(layout)}
		if strings.Contains(layout, "07") && m.precision != schemas.PrecisionDay {
			return m.given(at)
		}
		return m.of(at, r.zoneOf(place))
	}
	return moment{}, fmt.Errorf("the time %q is in none of the forms of this dialect, such as %s", clip(written), layouts[0])
}

// unix reads a time that is given in milliseconds since 1970.
func unix(milliseconds int64) (moment, error) {
	m := moment{text: fmt.Sprint(milliseconds), precision: schemas.PrecisionSecond}
	return m.given(time.UnixMilli(milliseconds).UTC())
}

// asDay leaves of a moment the day that its local form names, for sources that
// write days as midnight.
func (m moment) asDay() moment {
	if m.at.IsZero() || m.precision == schemas.PrecisionDay {
		return m
	}
	m.local, m.precision = m.local[:len(localDay)], schemas.PrecisionDay
	location, err := location(m.zone)
	if err != nil {
		location = time.UTC
	}
	day, err := time.ParseInLocation(localDay, m.local, location)
	if err == nil {
		m.at = day.UTC()
	}
	return m
}

// precisionOf says how exact times in a layout are.
func precisionOf(layout string) string {
	switch {
	case strings.Contains(layout, "05"):
		return schemas.PrecisionSecond
	case strings.Contains(layout, "04"):
		return schemas.PrecisionMinute
	default:
		return schemas.PrecisionDay
	}
}

// given completes a moment that came with its offset.
func (m moment) given(at time.Time) (moment, error) {
	if err := checkYear(at); err != nil {
		return moment{}, err
	}
	m.at, m.local, m.zone, m.confidence = at.UTC().Truncate(time.Millisecond), at.Format(localSecond), at.Format("-07:00"), schemas.ConfidenceGiven
	if m.zone == "+00:00" {
		m.zone = "UTC"
	}
	return m, nil
}

// zoned is a zone and how it is known.
type zoned struct{ name, confidence string }

func (r *reader) zoneOf(place *schemas.Location) zoned {
	if place != nil {
		if zone, ok := places.Zone(place.Country, place.State, place.City); ok {
			return zoned{zone, schemas.ConfidencePlace}
		}
	}
	if r.dialect.Zone != "" {
		return zoned{r.dialect.Zone, schemas.ConfidenceCarrierDefault}
	}
	return zoned{"", schemas.ConfidenceAssumedUTC}
}

// of completes a moment that came without a zone.
func (m moment) of(local time.Time, zone zoned) (moment, error) {
	in, err := location(zone.name)
	if err != nil {
		return moment{}, err
	}
	at := time.Date(local.Year(), local.Month(), local.Day(), local.Hour(), local.Minute(), local.Second(), local.Nanosecond(), in)
	if err := checkYear(at); err != nil {
		return moment{}, err
	}
	m.at, m.zone, m.confidence = at.UTC().Truncate(time.Millisecond), zone.name, zone.confidence
	if m.local = local.Format(localSecond); m.precision == schemas.PrecisionDay {
		m.local = local.Format(localDay)
	}
	return m, nil
}

func location(zone string) (*time.Location, error) {
	if at, err := time.Parse("-07:00", zone); err == nil {
		return at.Location(), nil
	}
	return time.LoadLocation(zone)
}

// checkYear refuses times that no parcel has: what stands there is no time.
func checkYear(at time.Time) error {
	if year := at.UTC().Year(); year < 1970 || year >= 2200 {
		return fmt.Errorf("the time %s lies outside the years 1970 to 2199", at.Format(time.RFC3339))
	}
	return nil
}

package dialects

import (
	"errors"
	"fmt"
	"strings"
	"sync"
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

// isoLayout gives the layout of a time in one of the ways of ISO 8601 that
// sources have: with T or a blank, with seconds and parts of them or without,
// with an offset or without, or a day alone.
func isoLayout(written string) string {
	if len(written) <= len(localDay) {
		return localDay
	}
	clock, zone := written[len(localDay)+1:], ""
	if i := strings.IndexAny(clock, "Z+-"); i >= 0 {
		clock, zone = clock[:i], clock[i:]
	}
	seconds := strings.Count(clock, ":") == 2
	switch {
	case written[len(localDay)] == 'T' && seconds && (zone == "Z" || strings.Contains(zone, ":")):
		return time.RFC3339
	case written[len(localDay)] == 'T' && seconds && zone == "":
		return localSecond
	}
	layout := localDay + written[len(localDay):len(localDay)+1] + "15:04"
	if seconds {
		layout += ":05"
	}
	if strings.HasSuffix(clock, " ") {
		layout += " "
	}
	switch {
	case zone == "":
		return layout
	case strings.Contains(zone, ":"), zone == "Z":
		return layout + "Z07:00"
	case len(zone) == len("+07"):
		return layout + "Z07"
	default:
		return layout + "Z0700"
	}
}

// when reads a time in one of the layouts (package time), or of ISO 8601 where
// there are none. A time without a zone has that of its place, or else that of
// the dialect, or else UTC is assumed.
func (r *reader) when(written string, place *schemas.Location, layouts ...string) (moment, error) {
	return read(written, layouts, func() zoned { return r.zoneOf(place) })
}

// whenIn reads a time whose zone the source names beside it.
func whenIn(zone, written string, layouts ...string) (moment, error) {
	return read(written, layouts, func() zoned { return zoned{zone, schemas.ConfidenceGiven} })
}

// read reads a time; zone is asked if it has none of its own.
func read(written string, layouts []string, zone func() zoned) (moment, error) {
	written = strings.TrimSpace(written)
	if written == "" {
		return moment{}, errors.New("the time is missing")
	}
	if len(layouts) == 0 {
		if clock, offset, ok := isoSecond(written); ok {
			m := moment{text: written, precision: schemas.PrecisionSecond}
			if offset == "" {
				return m.of(clock, zone())
			}
			by, _ := ahead(offset)
			if schemas.CheckTime(clock.Add(-by)) == nil {
				return m.ahead(clock, by), nil
			}
		}
		layouts = []string{isoLayout(written)}
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
		return m.of(at, zone())
	}
	return moment{}, fmt.Errorf("the time %q is in none of the forms of this dialect, such as %s", clip(written), layouts[0])
}

// both reads a time that comes as an instant and beside it as the clocks at the
// place said, without an offset that counts. What lies between the two is the
// offset. Either may be missing.
func (r *reader) both(instant, clock string, place *schemas.Location) (moment, error) {
	if instant == "" {
		return r.when(wall(clock), place)
	}
	m, err := r.when(instant, place)
	if clock == "" || err != nil {
		return m, err
	}
	shown := wall(clock)
	local, _, ok := isoSecond(shown)
	if !ok {
		if local, err = time.Parse(isoLayout(shown), shown); err != nil {
			return moment{}, fmt.Errorf("the local time %q is in no form of ISO 8601", clip(clock))
		}
	}
	offset := local.Sub(m.at)
	if offset < -12*time.Hour || offset > 14*time.Hour || offset%(15*time.Minute) != 0 || m.precision == schemas.PrecisionDay {
		return m, nil // not the same moment: the instant counts
	}
	text := m.text
	m.text = shown // the clock that counts
	m = m.ahead(local, offset)
	m.text = text
	return m, nil
}

// wall gives the clock's part of a time of ISO 8601, without its offset.
func wall(written string) string {
	written = strings.TrimSpace(written)
	if len(written) > len(localDay) {
		if i := strings.IndexAny(written[len(localDay):], "Z+-"); i >= 0 {
			return strings.TrimSpace(written[:len(localDay)+i])
		}
	}
	return written
}

// dayOf leaves the day of a written time.
func dayOf(written string) string { return written[:min(len(written), len(localDay))] }

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
	if err := schemas.CheckTime(at); err != nil {
		return moment{}, err
	}
	_, offset := at.Zone()
	local := at.Add(time.Duration(offset) * time.Second).UTC()
	return m.ahead(local, time.Duration(offset)*time.Second), nil
}

// ahead completes a moment whose clock, read as UTC, is so far ahead of it.
func (m moment) ahead(clock time.Time, by time.Duration) moment {
	m.at, m.local, m.zone, m.confidence = clock.Add(-by).Truncate(time.Millisecond), clockOf(m.text, clock), offsetOf(by), schemas.ConfidenceGiven
	return m
}

// clockOf gives what a clock shows, which mostly stands in what was written.
func clockOf(written string, at time.Time) string {
	n := len(localSecond)
	if len(written) < n || written[4] != '-' || written[7] != '-' || written[10] != 'T' || written[13] != ':' || written[16] != ':' ||
		len(written) > n && !strings.ContainsRune("Z+-.,", rune(written[n])) {
		return at.Format(time.RFC3339)[:n] // for which package time has a fast way
	}
	return written[:n]
}

// zoned is a zone and how it is known.
type zoned struct{ name, confidence string }

func (r *reader) zoneOf(place *schemas.Location) zoned {
	if place != nil {
		if zone, ok := places.Zone(place.Country, place.State, place.City); ok {
			return zoned{zone, schemas.ConfidencePlace}
		}
	}
	if zone := first(r.zone, r.dialect.Zone, r.Carriers.Zone(r.Carrier)); zone != "" {
		return zoned{zone, schemas.ConfidenceCarrierDefault}
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
	if err := schemas.CheckTime(at); err != nil {
		return moment{}, err
	}
	m.at, m.zone, m.confidence = at.UTC().Truncate(time.Millisecond), zone.name, zone.confidence
	if m.local = clockOf(m.text, local); m.precision == schemas.PrecisionDay {
		m.local = m.local[:len(localDay)]
	}
	return m, nil
}

// zones are the zones that were asked for before: reading one takes longer than
// reading an event.
var zones sync.Map

func location(zone string) (*time.Location, error) {
	if known, ok := zones.Load(zone); ok {
		return known.(*time.Location), nil //nolint:forcetypeassert // nothing else is stored
	}
	if at, err := time.Parse("-07:00", zone); err == nil {
		return at.Location(), nil
	}
	if zone == "Local" {
		return nil, errors.New("the zone Local is another one on each machine")
	}
	in, err := time.LoadLocation(zone)
	if err == nil {
		zones.Store(zone, in)
	}
	return in, err
}

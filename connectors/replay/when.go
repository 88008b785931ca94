package replay

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	_ "time/tzdata" // a time in a zone must be the same instant on every machine

	"go.yaml.in/yaml/v3"

	"waybill/schemas"
	"waybill/schemas/yamlfile"
)

// moment is a time as a file gives it (rule T2).
type moment struct {
	at         time.Time // UTC; with precision day 00:00 of that day in its zone
	local      string    // local form; only the day with precision day
	zone       string    // IANA zone or offset of local; empty: not known
	precision  string
	confidence string
}

// coarseness orders the precisions. It is negative for what is none.
func coarseness(precision string) int {
	return slices.Index([]string{schemas.PrecisionSecond, schemas.PrecisionMinute, schemas.PrecisionDay}, precision)
}

const (
	localDay    = "2006-01-02"
	localSecond = "2006-01-02T15:04:05"
)

// Layout is one way of writing times, as package time has them.
type Layout struct {
	text      string
	precision string
	hasZone   bool
}

// UnmarshalYAML reads the layout from a scalar and finds out what it tells by
// writing times with it that differ in one thing.
func (l *Layout) UnmarshalYAML(n *yaml.Node) error {
	if err := n.Decode(&l.text); err != nil {
		return err
	}
	noon := time.Date(2001, 2, 3, 12, 0, 0, 0, time.UTC)
	tells := func(other time.Time) bool { return noon.Format(l.text) != other.Format(l.text) }
	switch {
	case strings.Contains(l.text, "MST"):
		return yamlfile.At(n, errors.New("abbreviations of zones (MST) are ambiguous; use an offset (Z07:00) or times.zone"))
	case !tells(noon.AddDate(0, 0, 1)) || !tells(noon.AddDate(0, 1, 0)) || !tells(noon.AddDate(1, 0, 0)):
		return yamlfile.At(n, fmt.Errorf("the layout %q does not hold a whole date such as 2006-01-02", l.text))
	case tells(noon.Add(time.Second)):
		l.precision = schemas.PrecisionSecond
	case tells(noon.Add(time.Minute)):
		l.precision = schemas.PrecisionMinute
	default:
		l.precision = schemas.PrecisionDay
	}
	shifted := time.FixedZone("", -8*3600)
	l.hasZone = tells(time.Date(2001, 2, 3, 12, 0, 0, 0, shifted))
	return nil
}

// Zone is an IANA zone, or none.
type Zone struct{ location *time.Location }

// UnmarshalYAML reads the zone by its name.
func (z *Zone) UnmarshalYAML(n *yaml.Node) error {
	var name string
	if err := n.Decode(&name); err != nil {
		return err
	}
	if name == "" || name == "Local" {
		return yamlfile.At(n, fmt.Errorf("%q is no IANA zone such as America/Sao_Paulo", name))
	}
	location, err := time.LoadLocation(name)
	z.location = location
	return yamlfile.At(n, err)
}

func (z Zone) name() string {
	if z.location == nil {
		return ""
	}
	return z.location.String()
}

// read reads the text of a time. precision is how exact the row's times are at
// best.
func (t *Times) read(text, precision string) (moment, error) {
	for _, l := range t.Layouts {
		wall, err := time.Parse(l.text, text)
		if err != nil {
			continue
		}
		m := t.place(wall, l)
		if coarseness(precision) > coarseness(l.precision) {
			m.precision = precision
		}
		m.local = wall.Format(localSecond)
		if m.precision == schemas.PrecisionDay {
			wall = time.Date(wall.Year(), wall.Month(), wall.Day(), 0, 0, 0, 0, wall.Location())
			m.at, m.local = t.place(wall, l).at, wall.Format(localDay)
		}
		return m, schemas.CheckTime(m.at)
	}
	texts := make([]string, len(t.Layouts))
	for i, l := range t.Layouts {
		texts[i] = l.text
	}
	return moment{}, fmt.Errorf("it is no time of the layout %s", strings.Join(texts, " or "))
}

// place gives a wall time its instant.
func (t *Times) place(wall time.Time, l Layout) moment {
	switch {
	case l.hasZone:
		return moment{at: wall.UTC(), zone: wall.Format("-07:00"), precision: l.precision, confidence: schemas.ConfidenceGiven}
	case t.Zone.location != nil:
		return moment{at: instant(wall, t.Zone.location), zone: t.Zone.name(), precision: l.precision, confidence: schemas.ConfidenceCarrierDefault}
	}
	return moment{at: wall, precision: l.precision, confidence: schemas.ConfidenceAssumedUTC}
}

// instant gives the instant of a wall time (written as UTC) in a zone. A time
// that the clocks show twice is taken the first time; one that they skip is as
// long after the skip began as it says, so 00:30 of a night that skips from
// 00:00 to 01:00 is 01:30. (time.Date leaves open which it takes.)
func instant(wall time.Time, zone *time.Location) time.Time {
	const aDay = 24 * time.Hour // zones do not change twice within two days
	_, before := wall.Add(-aDay).In(zone).Zone()
	_, after := wall.Add(aDay).In(zone).Zone()
	first := wall.Add(-time.Duration(before) * time.Second)
	second := wall.Add(-time.Duration(after) * time.Second)
	if !shows(first, wall, zone) && shows(second, wall, zone) {
		return second
	}
	return first
}

func shows(at, wall time.Time, zone *time.Location) bool {
	return at.In(zone).Format(localSecond) == wall.Format(localSecond)
}

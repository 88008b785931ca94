package holidays

import (
	"cmp"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/rickar/cal/v2"
)

// Version grows with every release of the library, as 2.1.13 is 2001013. Holidays
// that were stored from a lower one are brought up.
const Version = 2001013

// FirstYear and LastYear bound the holidays that are worked out.
const (
	FirstYear = 2000
	LastYear  = 2040
)

var oneAtATime sync.Mutex //nolint:gochecknoglobals // it guards the globals of the library

// Holiday is a day on which a whole country does not work.
type Holiday struct {
	// Country is its ISO 3166-1 alpha-2 code.
	Country string
	// Day as it is observed: a holiday on a Sunday may be kept on Monday. Midnight UTC.
	Day time.Time
	// Name in a language of the country.
	Name string
}

// All returns the holidays of every country that is known, from FirstYear to
// LastYear, in order of country and day, each day once.
// It may be called by several at once, and the library may not: some of its rules
// keep what they have worked out in variables of their own.
func All() []Holiday {
	oneAtATime.Lock()
	defer oneAtATime.Unlock()
	var all []Holiday
	for country, parts := range countries() {
		for day, name := range keptByAll(parts) {
			all = append(all, Holiday{Country: country, Day: day, Name: name})
		}
	}
	slices.SortFunc(all, func(a, b Holiday) int {
		return cmp.Or(cmp.Compare(a.Country, b.Country), a.Day.Compare(b.Day))
	})
	return all
}

// keptByAll gives the days that all parts of a country keep.
func keptByAll(parts [][]*cal.Holiday) map[time.Time]string {
	days := observed(parts[0])
	for _, part := range parts[1:] {
		here := observed(part)
		maps.DeleteFunc(days, func(day time.Time, _ string) bool {
			_, kept := here[day]
			return !kept
		})
	}
	return days
}

// observed gives the days on which holidays are kept, with their names; where
// two fall on one day, the later of the list.
func observed(rules []*cal.Holiday) map[time.Time]string {
	days := make(map[time.Time]string)
	for _, rule := range rules {
		for year := FirstYear; year <= LastYear; year++ {
			_, day := rule.Calc(year)
			if day.IsZero() {
				continue // not kept in that year
			}
			y, month, n := day.Date() // the library gives local midnight
			days[time.Date(y, month, n, 0, 0, 0, 0, time.UTC)] = rule.Name
		}
	}
	return days
}

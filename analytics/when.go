package analytics

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// ParseWhen reads a time, RFC 3339, or a day, which begins at midnight in UTC.
// Empty is the zero time.
func ParseWhen(text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	for _, layout := range []string{time.RFC3339, time.DateOnly} {
		if at, err := time.Parse(layout, text); err == nil {
			return at, nil
		}
	}
	return time.Time{}, fmt.Errorf("%q is none; a day such as 2026-12-24 or a time such as 2026-12-24T18:00:00Z is wanted", text)
}

// ParseSince reads where a time span begins: as ParseWhen, or how long before
// as_of, in days or in Go's units, such as 30d or 12h. One of the two is zero.
func ParseSince(text string) (at time.Time, ago time.Duration, err error) {
	if days, ok := strings.CutSuffix(text, "d"); ok {
		if n, err := strconv.ParseUint(days, 10, 16); err == nil {
			return time.Time{}, time.Duration(n) * 24 * time.Hour, nil
		}
	} else if ago, err := time.ParseDuration(text); err == nil {
		return time.Time{}, ago, nil
	}
	if at, err = ParseWhen(text); err != nil {
		err = fmt.Errorf("%w, or how long ago, such as 30d or 12h", err)
	}
	return at, 0, err
}

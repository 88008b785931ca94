package main

import (
	"fmt"
	"time"

	"waybill/analytics"
)

// parseWhen reads a day or a time; empty is the zero time.
func parseWhen(flag, text string) (time.Time, error) {
	at, err := analytics.ParseWhen(text)
	if err != nil {
		return at, fmt.Errorf("reading %s: %w", flag, err)
	}
	return at, nil
}

// parseSince reads a day, a time, or how long ago: one of the two, or neither
// where the text is empty.
func parseSince(flag, text string) (at time.Time, ago time.Duration, err error) {
	at, ago, err = analytics.ParseSince(text)
	if err != nil {
		return at, ago, fmt.Errorf("reading %s: %w", flag, err)
	}
	return at, ago, nil
}

// whenOrAgo reads the same against a now.
func whenOrAgo(flag, text string, now time.Time) (time.Time, error) {
	at, ago, err := parseSince(flag, text)
	if err != nil || ago == 0 {
		return at, err
	}
	return now.Add(-ago), nil
}

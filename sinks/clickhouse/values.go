package clickhouse

import (
	"fmt"
	"math"
	"time"
)

// What a DateTime64(3) and a Date32 can hold by way of the client, which
// reckons in nanoseconds: the server's own 2299 is out of its reach.
const (
	firstMillis = -2208988800000 // 1900-01-01T00:00:00Z
	lastMillis  = 9214646399999  // 2261-12-31T23:59:59.999Z
)

// storableMillis gives a time in milliseconds since 1970, UTC. A time out of
// range becomes the nearest limit, with the problem in words. The zero time
// means that there is none, and is stored as 1970.
func storableMillis(at time.Time) (ms int64, problem string) {
	if at.IsZero() {
		return 0, ""
	}
	ms = at.UnixMilli()
	switch {
	case ms < firstMillis:
		return firstMillis, at.UTC().Format(time.RFC3339) + " is before 1900 and was stored as the limit"
	case ms > lastMillis:
		return lastMillis, at.UTC().Format(time.RFC3339) + " is after 2261 and was stored as the limit"
	}
	return ms, ""
}

// storableInstant is storableMillis of a time that may be missing. One that fits
// is given as it came.
func storableInstant(at *time.Time) (fits *time.Time, problem string) {
	if at == nil {
		return nil, ""
	}
	ms, problem := storableMillis(*at)
	if problem == "" && !at.IsZero() {
		return at, ""
	}
	limit := time.UnixMilli(ms)
	return &limit, problem
}

// storableDay reads a calendar day, YYYY-MM-DD. What is none becomes null, with
// the problem in words.
func storableDay(text *string) (day *time.Time, problem string) {
	if text == nil || *text == "" {
		return nil, ""
	}
	at, err := time.Parse(time.DateOnly, *text)
	if err != nil || at.UnixMilli() < firstMillis || at.UnixMilli() > lastMillis {
		return nil, fmt.Sprintf("%.40q is no day from 1900-01-01 to 2261-12-31 and was stored as null", *text)
	}
	return &at, ""
}

// storableInt gives a number in 32 bits.
func storableInt(n int) (v int32, problem string) {
	switch {
	case n > math.MaxInt32:
		return math.MaxInt32, fmt.Sprintf("%d is too large and was stored as the limit", n)
	case n < math.MinInt32:
		return math.MinInt32, fmt.Sprintf("%d is too small and was stored as the limit", n)
	}
	return int32(n), ""
}

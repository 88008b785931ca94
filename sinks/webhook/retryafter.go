package webhook

import (
	"net/http"
	"strconv"
	"time"
)

// maxRetryAfter bounds what a receiver may ask for. Who decides by it bounds it
// further.
const maxRetryAfter = 366 * 24 * time.Hour

// retryAfter is how long an answer asks to be left alone (W5, RFC 9110 section
// 10.2.3): a number of seconds or a date. What cannot be read, lies in the past,
// or comes with a status other than 429 and 503 is 0.
func retryAfter(res *http.Response, now time.Time) time.Duration {
	if res.StatusCode != http.StatusTooManyRequests && res.StatusCode != http.StatusServiceUnavailable {
		return 0
	}
	text := res.Header.Get("Retry-After")
	if seconds, err := strconv.ParseUint(text, 10, 32); err == nil {
		return min(time.Duration(seconds)*time.Second, maxRetryAfter)
	}
	at, err := http.ParseTime(text)
	if err != nil {
		return 0
	}
	// The answer's own date makes it right whatever the receiver's clock says.
	if date, err := http.ParseTime(res.Header.Get("Date")); err == nil {
		now = date
	}
	return min(max(0, at.Sub(now)), maxRetryAfter)
}

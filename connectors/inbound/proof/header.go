package proof

import (
	"net/http"
	"net/textproto"
	"strconv"
	"time"
)

// maxHeaderBytes bounds a header that proves something.
const maxHeaderBytes = 4 << 10

// only returns the one value of a header. One that is there twice is refused:
// somebody else may have looked at the other.
func only(h http.Header, name string) (string, Reason) {
	values := h[textproto.CanonicalMIMEHeaderKey(name)]
	switch {
	case len(values) == 0 || len(values) == 1 && values[0] == "":
		return "", Missing
	case len(values) > 1 || len(values[0]) > maxHeaderBytes:
		return "", Malformed
	}
	return values[0], ""
}

// unix reads a time in whole seconds since 1970.
func unix(text string) (time.Time, bool) {
	const digits = 12 // more are no seconds
	if text == "" || len(text) > digits || text[0] == '+' || text[0] == '-' {
		return time.Time{}, false
	}
	seconds, err := strconv.ParseInt(text, 10, 64)
	return time.Unix(seconds, 0), err == nil
}

func unixText(at time.Time) string { return strconv.FormatInt(at.Unix(), 10) }

// within tells whether a time lies no farther from another than the window,
// before or after: clocks differ.
func within(at, now time.Time, window time.Duration) bool {
	return now.Sub(at).Abs() <= window
}

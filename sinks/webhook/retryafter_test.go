package webhook

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestRetryAfter(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	date := func(d time.Duration) string { return now.Add(d).Format(http.TimeFormat) }
	for name, row := range map[string]struct {
		text, date string
		want       time.Duration
	}{
		"none":                   {"", "", 0},
		"0":                      {"0", "", 0},
		"seconds":                {"120", "", 2 * time.Minute},
		"a year":                 {"31536000", "", 365 * 24 * time.Hour},
		"too many":               {"4294967295", "", maxRetryAfter},
		"more than a number":     {"99999999999999999999", "", 0},
		"negative":               {"-5", "", 0},
		"a fraction":             {"1.5", "", 0},
		"nonsense":               {"soon", "", 0},
		"a date":                 {date(time.Hour), "", time.Hour},
		"a date, by their clock": {date(time.Hour), date(50 * time.Minute), 10 * time.Minute},
		"a date, no clock":       {date(time.Hour), "now", time.Hour},
		"a date of old":          {date(-time.Hour), "", 0},
		"a date far away":        {date(10 * 365 * 24 * time.Hour), "", maxRetryAfter},
		"an obsolete date":       {now.Add(time.Minute).Format(time.RFC850), "", time.Minute},
	} {
		for _, status := range []int{429, 503} {
			res := &http.Response{StatusCode: status, Header: http.Header{"Retry-After": {row.text}, "Date": {row.date}}}
			require.Equal(t, row.want, retryAfter(res, now), name)
		}
	}
	for _, status := range []int{200, 301, 400, 413, 500, 502} {
		res := &http.Response{StatusCode: status, Header: http.Header{"Retry-After": {"120"}}}
		require.Zero(t, retryAfter(res, now), status)
	}
}

package analytics_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"waybill/analytics"
)

func TestParseSince(t *testing.T) {
	for text, want := range map[string]struct {
		at  time.Time
		ago time.Duration
	}{
		"":                          {},
		"30d":                       {ago: 30 * 24 * time.Hour},
		"0d":                        {},
		"12h":                       {ago: 12 * time.Hour},
		"1h30m":                     {ago: 90 * time.Minute},
		"2026-12-24":                {at: day(2026, 12, 24)},
		"2026-12-24T18:00:00+01:00": {at: day(2026, 12, 24).Add(17 * time.Hour)},
	} {
		at, ago, err := analytics.ParseSince(text)
		require.NoError(t, err, text)
		require.True(t, want.at.Equal(at), text)
		require.Equal(t, want.ago, ago, text)
	}
	for _, text := range []string{"yesterday", "24.12.2026", "-3d", "3.5d", "d", "99999999d", "2026-02-30", "2026-12-24T18:00:00"} {
		_, _, err := analytics.ParseSince(text)
		require.ErrorContains(t, err, "is none; a day such as 2026-12-24", text)
		require.ErrorContains(t, err, "how long ago", text)
	}
}

package schemas

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestZone(t *testing.T) {
	for name, seconds := range map[string]int{"Z": 0, "UTC": 0, "+02": 7200, "-0330": -12600, "+05:45": 20700, "Asia/Tokyo": 32400} {
		zone := Zone(name)
		require.NotNil(t, zone, name)
		_, got := time.Date(2026, 5, 4, 0, 0, 0, 0, zone).Zone()
		require.Equal(t, seconds, got, name)
	}
	for _, name := range []string{"", "Local", "+", "+2", "+25:61", "Mars/Olympus", "../etc/passwd"} {
		require.Nil(t, Zone(name), name)
	}
}

func TestOver(t *testing.T) {
	for _, test := range []struct{ occurred, precision, zone, over string }{
		{"2026-05-04T08:00:00Z", PrecisionSecond, "", "2026-05-04T08:00:01Z"},
		{"2026-05-04T08:00:00.999Z", PrecisionSecond, "Europe/Berlin", "2026-05-04T08:00:01Z"},
		{"2026-05-04T08:00:59Z", PrecisionMinute, "", "2026-05-04T08:01:00Z"},
		{"2026-05-04T00:00:00Z", PrecisionDay, "", "2026-05-05T00:00:00Z"},
		{"2026-05-03T22:00:00Z", PrecisionDay, "Europe/Berlin", "2026-05-04T22:00:00Z"},
		{"2026-03-28T23:00:00Z", PrecisionDay, "Europe/Berlin", "2026-03-29T22:00:00Z"}, // a day of 23 hours
		{"2026-05-04T05:00:00Z", PrecisionDay, "-05:00", "2026-05-05T05:00:00Z"},
	} {
		at, err := time.Parse(time.RFC3339, test.occurred)
		require.NoError(t, err)
		require.Equal(t, test.over, Over(at, test.precision, Zone(test.zone)).UTC().Format(time.RFC3339), test)
	}
}

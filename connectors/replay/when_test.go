package replay

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"waybill/schemas"
)

// The clocks of São Paulo went from 00:00 to 01:00 on 15 October 2017 and from
// 00:00 back to 23:00 at the end of 17 February 2018.
func TestTimesOfAZone(t *testing.T) {
	var times Times
	require.NoError(t, yaml.Unmarshal([]byte(`{layouts: ["2006-01-02T15:04:05", "2006-01-02"], zone: America/Sao_Paulo}`), &times))
	for text, want := range map[string]string{
		"2017-10-14T23:59:59": "2017-10-15T02:59:59Z",
		"2017-10-15T00:00:00": "2017-10-15T03:00:00Z", // skipped: 01:00
		"2017-10-15T00:30:00": "2017-10-15T03:30:00Z", // skipped: 01:30
		"2017-10-15T01:00:00": "2017-10-15T03:00:00Z",
		"2017-10-15":          "2017-10-15T03:00:00Z", // the day begins at 01:00
		"2018-02-17T22:59:59": "2018-02-18T00:59:59Z",
		"2018-02-17T23:00:00": "2018-02-18T01:00:00Z", // shown twice: the first time
		"2018-02-17T23:59:59": "2018-02-18T01:59:59Z",
		"2018-02-18T00:00:00": "2018-02-18T03:00:00Z",
		"2018-06-01T12:00:00": "2018-06-01T15:00:00Z",
	} {
		m, err := times.read(text, schemas.PrecisionSecond)
		require.NoError(t, err)
		require.Equal(t, want, m.at.Format(time.RFC3339), text)
		require.Equal(t, text, m.local, "the local form stays as written")
		require.Equal(t, []string{"America/Sao_Paulo", schemas.ConfidenceCarrierDefault}, []string{m.zone, m.confidence})
	}
}

// A gap or an overlap of any zone: the instant shows the wall time wherever
// that time is shown at all, and the earlier one where it is shown twice.
func TestInstantShowsTheWallTime(t *testing.T) {
	for _, name := range []string{"America/Sao_Paulo", "Europe/London", "Australia/Lord_Howe", "America/New_York"} {
		zone, err := time.LoadLocation(name)
		require.NoError(t, err)
		for at := time.Date(2017, 1, 1, 0, 0, 0, 0, time.UTC); at.Year() < 2019; at = at.Add(30 * time.Minute) {
			local := at.In(zone)
			_, offset := local.Zone()
			wall := at.Add(time.Duration(offset) * time.Second)
			got := instant(wall, zone)
			require.False(t, got.After(at), "%s %s", name, wall)
			require.Equal(t, local.Format(localSecond), got.In(zone).Format(localSecond))
		}
	}
}

func TestPrecisionOfTimes(t *testing.T) {
	var times Times
	require.NoError(t, yaml.Unmarshal([]byte(
		`{layouts: ["2006-01-02T15:04:05Z07:00", "2006-01-02T15:04:05", "02.01.2006 15:04", "02/01/2006", "Jan 2, 2006 3PM"]}`), &times))
	for _, c := range []struct{ text, row, at, local, zone, precision, confidence string }{
		{"2026-05-04T10:11:12+05:30", "second", "2026-05-04T04:41:12Z", "2026-05-04T10:11:12", "+05:30", "second", "given"},
		{"2026-05-04T23:11:12-03:00", "day", "2026-05-04T03:00:00Z", "2026-05-04", "-03:00", "day", "given"},
		{"2026-05-04T10:11:12Z", "second", "2026-05-04T10:11:12Z", "2026-05-04T10:11:12", "+00:00", "second", "given"},
		{"2026-05-04T10:11:12", "minute", "2026-05-04T10:11:12Z", "2026-05-04T10:11:12", "", "minute", "assumed_utc"},
		{"04.05.2026 10:11", "second", "2026-05-04T10:11:00Z", "2026-05-04T10:11:00", "", "minute", "assumed_utc"},
		{"04/05/2026", "second", "2026-05-04T00:00:00Z", "2026-05-04", "", "day", "assumed_utc"},
		{"04/05/2026", "minute", "2026-05-04T00:00:00Z", "2026-05-04", "", "day", "assumed_utc"},
		{"May 4, 2026 3PM", "second", "2026-05-04T00:00:00Z", "2026-05-04", "", "day", "assumed_utc"},
	} {
		m, err := times.read(c.text, c.row)
		require.NoError(t, err)
		require.Equal(t, moment{at: m.at, local: c.local, zone: c.zone, precision: c.precision, confidence: c.confidence}, m, c.text)
		require.Equal(t, c.at, m.at.Format(time.RFC3339))
	}
	for _, bad := range []string{"", "2026-05-04T25:00:00", "31/02/2026", "2200-01-01T00:00:00", "1969-12-31T23:59:59"} {
		_, err := times.read(bad, schemas.PrecisionSecond)
		require.Error(t, err, bad)
	}
}

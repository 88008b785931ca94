package dialects

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"waybill/connectors/carriers"
)

func readerIn(t *testing.T, zone string) *reader {
	t.Helper()
	table, err := carriers.Default()
	require.NoError(t, err)
	return &reader{Options: Options{Carriers: table}, dialect: &Dialect{Name: "test", Zone: zone}, out: &Reading{}, loose: newLoose()}
}

// The ways in which sources write times (T2).
func TestWhen(t *testing.T) {
	for _, c := range []struct{ written, at, local, zone, precision, confidence string }{
		{"2026-05-01T10:00:00Z", "2026-05-01T10:00:00Z", "2026-05-01T10:00:00", "UTC", "second", "given"},
		{"2026-05-01T10:00:00.123456Z", "2026-05-01T10:00:00.123Z", "2026-05-01T10:00:00", "UTC", "second", "given"},
		{"2026-05-01T10:00:00,5Z", "2026-05-01T10:00:00.5Z", "2026-05-01T10:00:00", "UTC", "second", "given"},
		{"2026-05-01T10:00:00+02:00", "2026-05-01T08:00:00Z", "2026-05-01T10:00:00", "+02:00", "second", "given"},
		{"2026-05-01T10:00:00-0430", "2026-05-01T14:30:00Z", "2026-05-01T10:00:00", "-04:30", "second", "given"},
		{"2026-05-01T10:00:00+02", "2026-05-01T08:00:00Z", "2026-05-01T10:00:00", "+02:00", "second", "given"},
		{"2026-05-01 10:00:00 +0200", "2026-05-01T08:00:00Z", "2026-05-01T10:00:00", "+02:00", "second", "given"},
		{"2026-05-01T10:00-05:00", "2026-05-01T15:00:00Z", "2026-05-01T10:00:00", "-05:00", "minute", "given"},
		{" 2026-05-01 10:00 ", "2026-05-01T08:00:00Z", "2026-05-01T10:00:00", "Europe/Berlin", "minute", "carrier_default"},
		{"2026-05-01T10:00:00", "2026-05-01T08:00:00Z", "2026-05-01T10:00:00", "Europe/Berlin", "second", "carrier_default"},
		{"2026-05-01", "2026-04-30T22:00:00Z", "2026-05-01", "Europe/Berlin", "day", "carrier_default"},
	} {
		m, err := readerIn(t, "Europe/Berlin").when(c.written, nil)
		require.NoError(t, err, c.written)
		require.Equal(t, []string{c.at, c.local, c.zone, c.precision, c.confidence},
			[]string{m.at.Format(time.RFC3339Nano), m.local, m.zone, m.precision, m.confidence}, c.written)
	}
}

func TestWhenRefuses(t *testing.T) {
	for written, problem := range map[string]string{
		"":                           "missing",
		"yesterday":                  "none of the forms",
		"2026-13-01":                 "none of the forms",
		"2026-05-01T":                "none of the forms",
		"2026-05-01T25:00:00Z":       "none of the forms",
		"2026-05-01T10:00:00Z+02:00": "none of the forms",
		"0000-01-01T00:00:00Z":       "outside the years 1970 to 2199",
		"9999-12-31T23:59:59Z":       "outside the years 1970 to 2199",
		"1969-12-31T23:59:59Z":       "outside the years 1970 to 2199",
	} {
		_, err := readerIn(t, "").when(written, nil)
		require.ErrorContains(t, err, problem, written)
	}
}

// An instant with what the clocks said beside it tells the offset.
func TestBothTimes(t *testing.T) {
	for _, c := range []struct{ instant, clock, at, local, zone, confidence string }{
		{"2026-05-01T10:00:00Z", "2026-05-01T06:00:00", "2026-05-01T10:00:00Z", "2026-05-01T06:00:00", "-04:00", "given"},
		{"2026-05-01T10:00:00Z", "2026-05-01T15:30:00Z", "2026-05-01T10:00:00Z", "2026-05-01T15:30:00", "+05:30", "given"},
		{"2026-05-01T10:00:00Z", "2026-05-01T10:00:00Z", "2026-05-01T10:00:00Z", "2026-05-01T10:00:00", "UTC", "given"},
		{"2026-05-01T10:00:00Z", "2026-05-02T00:00:00", "2026-05-01T10:00:00Z", "2026-05-02T00:00:00", "+14:00", "given"},
		{"2026-05-01T10:00:00Z", "2026-05-02T00:15:00", "2026-05-01T10:00:00Z", "2026-05-01T10:00:00", "UTC", "given"},
		{"2026-05-01T10:00:00Z", "2026-05-01T06:00:07", "2026-05-01T10:00:00Z", "2026-05-01T10:00:00", "UTC", "given"},
		{"2026-05-01T10:00:00Z", "", "2026-05-01T10:00:00Z", "2026-05-01T10:00:00", "UTC", "given"},
		{"", "2026-05-01T10:00:00Z", "2026-05-01T10:00:00Z", "2026-05-01T10:00:00", "", "assumed_utc"},
	} {
		m, err := readerIn(t, "").both(c.instant, c.clock, nil)
		require.NoError(t, err)
		require.Equal(t, []string{c.at, c.local, c.zone, c.confidence}, []string{m.at.Format(time.RFC3339), m.local, m.zone, m.confidence}, "%s %s", c.instant, c.clock)
	}
	_, err := readerIn(t, "").both("2026-05-01T10:00:00Z", "noon", nil)
	require.ErrorContains(t, err, `the local time "noon"`)
	_, err = readerIn(t, "").both("", "", nil)
	require.ErrorContains(t, err, "missing")
}

// A forecast for a day stays one.
func TestForecast(t *testing.T) {
	for _, c := range []struct{ written, local, zone, precision string }{
		{"2026-05-03", "2026-05-03", "", "day"},
		{"2026-05-03T00:00:00Z", "2026-05-03", "", "day"},
		{"2026-05-03T00:00:00", "2026-05-03", "", "day"},
		{"2026-05-03 00:00", "2026-05-03", "", "day"},
		{"2026-05-03T00:00:00+02:00", "2026-05-03", "+02:00", "day"},
		{"2026-05-03T17:30:00Z", "2026-05-03T17:30:00", "UTC", "second"},
	} {
		p := readerIn(t, "").parcel("ups", "1")
		p.forecast("eta", c.written)
		require.Equal(t, []string{c.local, c.zone, c.precision}, []string{p.eta.local, p.eta.zone, p.eta.precision}, c.written)
	}
	r := readerIn(t, "")
	r.parcel("ups", "1").forecast("eta", "soon")
	require.Len(t, r.out.Failures, 1)
	require.Equal(t, "eta", r.out.Failures[0].Where)
}

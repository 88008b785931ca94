package clickhouse

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestStorableMillis(t *testing.T) {
	firstTime := time.Date(1900, 1, 1, 0, 0, 0, 0, time.UTC)
	lastTime := time.Date(2261, 12, 31, 23, 59, 59, 999e6, time.UTC)
	for name, test := range map[string]struct {
		at      time.Time
		want    time.Time
		problem string
	}{
		"usual":        {time.Date(2026, 5, 4, 10, 0, 0, 7e6, time.UTC), time.Date(2026, 5, 4, 10, 0, 0, 7e6, time.UTC), ""},
		"first":        {firstTime, firstTime, ""},
		"last":         {lastTime, lastTime, ""},
		"none":         {time.Time{}, time.UnixMilli(0), ""},
		"before first": {firstTime.Add(-time.Millisecond), firstTime, "before 1900"},
		"after last":   {lastTime.Add(time.Millisecond), lastTime, "after 2261"},
		"far future":   {time.UnixMilli(math.MaxInt64), lastTime, "after 2261"},
		"far past":     {time.UnixMilli(math.MinInt64), firstTime, "before 1900"},
	} {
		ms, problem := storableMillis(test.at)
		require.Equal(t, test.want.UnixMilli(), ms, name)
		require.Equal(t, test.problem == "", problem == "", name)
		require.Contains(t, problem, test.problem, name)

		fits, same := storableInstant(&test.at)
		require.Equal(t, test.want.UnixMilli(), fits.UnixMilli(), name)
		require.Equal(t, problem, same, name)
	}
	none, problem := storableInstant(nil)
	require.Nil(t, none)
	require.Empty(t, problem)
}

func TestStorableInt(t *testing.T) {
	v, problem := storableInt(-5)
	require.EqualValues(t, -5, v)
	require.Empty(t, problem)
	v, problem = storableInt(math.MaxInt32 + 1)
	require.EqualValues(t, math.MaxInt32, v)
	require.NotEmpty(t, problem)
	v, problem = storableInt(math.MinInt32 - 1)
	require.EqualValues(t, math.MinInt32, v)
	require.NotEmpty(t, problem)
}

func TestStorableDay(t *testing.T) {
	for text, stored := range map[string]bool{
		"2026-05-04": true, "1900-01-01": true, "2261-12-31": true,
		"1899-12-31": false, "2262-01-01": false, "2026-02-30": false, "04.05.2026": false,
		"2026-05-04T10:00:00": false, "9999999-01-01": false, "\x00": false,
	} {
		day, problem := storableDay(&text)
		require.Equal(t, stored, day != nil, text)
		require.Equal(t, stored, problem == "", text)
	}
	empty := ""
	for _, none := range []*string{nil, &empty} {
		day, problem := storableDay(none)
		require.Nil(t, day)
		require.Empty(t, problem)
	}
}

func FuzzStorableDay(f *testing.F) {
	f.Add("2026-05-04")
	f.Add("2026-13-40")
	f.Add("")
	f.Fuzz(func(t *testing.T, text string) {
		day, problem := storableDay(&text)
		if day == nil {
			require.Equal(t, text == "", problem == "")
			return
		}
		require.Equal(t, text, day.Format(time.DateOnly), "a day is stored as it was written")
	})
}

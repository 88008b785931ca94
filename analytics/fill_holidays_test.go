package analytics_test

import (
	"os"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"waybill/analytics"
	"waybill/analytics/holidays"
)

// A newer release of the library knows a holiday that was not stored and no
// more of one that was. The operator's own stay.
func TestHolidaysOfANewerRelease(t *testing.T) {
	options := emptyDatabase(t)
	_, err := analytics.Migrate(t.Context(), options)
	require.NoError(t, err)
	conn := open(t, options)
	require.NoError(t, conn.Exec(t.Context(), "TRUNCATE TABLE holidays"))
	require.NoError(t, conn.Exec(t.Context(), `
		INSERT INTO holidays (country, day, name, source, version) VALUES
			('US', '2026-07-03', 'Independence', 'library', 1),
			('US', '2026-07-06', 'no more', 'library', 1),
			('US', '2026-07-07', 'our own', 'own', 1)`))

	var group errgroup.Group
	for range 2 {
		group.Go(func() error {
			_, err := analytics.Migrate(t.Context(), options)
			return err
		})
	}
	require.NoError(t, group.Wait())
	var names []string
	require.NoError(t, conn.QueryRow(t.Context(),
		"SELECT groupArray(name) FROM (SELECT name FROM holidays FINAL WHERE country = 'US' AND toYYYYMM(day) = 202607 ORDER BY day)").Scan(&names))
	require.Equal(t, []string{"Independence Day", "our own"}, names)
	var rows uint64
	require.NoError(t, conn.QueryRow(t.Context(), "SELECT count() FROM holidays FINAL").Scan(&rows))
	require.EqualValues(t, len(holidays.All())+1, rows)
}

// The report counts business days over the years whose holidays are known.
func TestTransitTimeCountsOverTheKnownYears(t *testing.T) {
	text, err := os.ReadFile("reports/transit-time.sql")
	require.NoError(t, err)
	require.Contains(t, string(text), "toDate32('"+strconv.Itoa(holidays.FirstYear)+"-01-01')")
	require.Contains(t, string(text), "toDate32('"+strconv.Itoa(holidays.LastYear+1)+"-01-01')")
}

func TestWeekends(t *testing.T) {
	conn := migrated(t)
	for country, want := range map[string][]uint8{"": {6, 7}, "US": {6, 7}, "SA": {5, 6}, "IR": {5}, "IN": {7}, "AF": {4, 5}} {
		var weekend []uint8
		var known bool
		require.NoError(t, conn.QueryRow(t.Context(), "SELECT weekend, holidays_known FROM calendars WHERE country = ?", country).Scan(&weekend, &known))
		require.Equal(t, want, weekend, country)
		require.Equal(t, country == "US", known, country)
	}
}

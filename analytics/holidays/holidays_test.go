package holidays_test

import (
	"os"
	"regexp"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"waybill/analytics/holidays"
)

func TestHolidaysByHand(t *testing.T) {
	kept := make(map[string]string)
	all := holidays.All()
	for _, h := range all {
		kept[h.Country+" "+h.Day.Format(time.DateOnly)] = h.Name
		require.NotEmpty(t, h.Name)
	}
	require.Len(t, kept, len(all), "each day once")
	require.True(t, slices.IsSortedFunc(all, func(a, b holidays.Holiday) int {
		if a.Country != b.Country {
			return map[bool]int{true: -1, false: 1}[a.Country < b.Country]
		}
		return a.Day.Compare(b.Day)
	}))
	for day, name := range map[string]string{
		"US 2026-07-03": "Independence Day", // the 4th is a Saturday
		"US 2026-11-26": "Thanksgiving Day", // the fourth Thursday
		"US 2021-12-31": "New Year's Day",   // 1 January 2022 is a Saturday
		"GB 2026-12-28": "Boxing Day",       // the 26th is a Saturday
		"GB 2023-05-08": "Coronation of King Charles III",
		"DE 2026-05-14": "Christi Himmelfahrt",
		"CH 2026-05-14": "Auffahrt",
		"AU 2026-12-25": "Christmas Day",
	} {
		require.Equal(t, name, kept[day], day)
	}
	for _, day := range []string{
		"US 2026-07-04",
		"CH 2026-05-25", // Whit Monday is not kept in all cantons
		"DE 2026-01-06", // Epiphany is not kept in all states
		"US 2020-06-19", // Juneteenth is kept since 2021
	} {
		require.NotContains(t, kept, day)
	}
}

// The version tells stored holidays that the library is newer.
func TestVersionIsTheLibrarys(t *testing.T) {
	text, err := os.ReadFile("../../go.mod")
	require.NoError(t, err)
	found := regexp.MustCompile(`github\.com/rickar/cal/v2 v(\d+)\.(\d+)\.(\d+)\n`).FindSubmatch(text)
	require.NotNil(t, found)
	version := 0
	for _, part := range found[1:] {
		n, err := strconv.Atoi(string(part))
		require.NoError(t, err)
		version = version*1000 + n
	}
	require.Equal(t, holidays.Version, version)
}

// The library's rules are not made for several at once, which the race detector
// sees without a lock.
func TestAllBySeveralAtOnce(t *testing.T) {
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() { require.NotEmpty(t, holidays.All()) })
	}
	group.Wait()
}

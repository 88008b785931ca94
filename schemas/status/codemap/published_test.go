package codemap_test

import (
	"encoding/csv"
	"fmt"
	"os"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
)

// published are carriers' lists of their codes. They are not part of the project.
const published = "../../../../shared/data/event_codes/"

// Every code that Correios and UPS publish for the state of a parcel is mapped,
// as their dialects write it.
func TestEveryCodeOfTheCarriersListIsMapped(t *testing.T) {
	for _, row := range rows(t, "correios_status_manual.csv") {
		number, err := strconv.Atoi(row[1])
		require.NoError(t, err)
		code := fmt.Sprintf("%s/%02d", row[0], number)
		_, version, _ := maps(t).Lookup("correios-poll", "correios", code, "", "")
		require.Equal(t, "correios/1", version, "%s %s", code, row[3])
	}
	silent := map[string]bool{"000": true, "088": true, "148": true, "163": true} // no information, and a test
	for _, row := range rows(t, "ups_codes.csv") {
		if row[0] != "Status/Description Codes" {
			continue
		}
		number, err := strconv.Atoi(row[1])
		require.NoError(t, err)
		code := fmt.Sprintf("%03d", number)
		_, version, _ := maps(t).Lookup("ups-poll", "ups", "ZZ", code, "")
		require.Equal(t, !silent[code], version == "ups/2", "%s %s", code, row[2])
	}
}

func rows(t *testing.T, file string) [][]string {
	t.Helper()
	f, err := os.Open(published + file)
	if err != nil {
		t.Skipf("the lists of codes are not part of the project, and are not at %s", published)
	}
	defer func() { require.NoError(t, f.Close()) }()
	rows, err := csv.NewReader(f).ReadAll()
	require.NoError(t, err)
	require.Greater(t, len(rows), 100)
	return rows[1:]
}

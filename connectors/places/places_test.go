package places_test

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"waybill/connectors/places"
)

func TestCountry(t *testing.T) {
	for name, want := range map[string]string{
		"DE": "DE", "de": "DE", "DEU": "DE", "Germany": "DE", "DEUTSCHLAND": "DE", "Allemagne": "DE", "Alemanha": "DE", "Alemania": "DE", "Niemcy": "DE",
		"GB": "GB", "UK": "GB", "GBR": "GB", "United Kingdom": "GB", "Great Britain": "GB", "England": "GB", "Großbritannien": "GB",
		"USA": "US", "U.S.A.": "US", "United States": "US", "UNITED STATES OF AMERICA": "US", "Vereinigte Staaten": "US", "États-Unis": "US", "Etats Unis": "US",
		"NETHERLANDS, THE": "NL", "The Netherlands": "NL", "Holland": "NL", "Pays-Bas": "NL",
		"KOREA, REPUBLIC OF (SOUTH K.)": "KR", "Korea, Republic of": "KR", "Côte d’Ivoire": "CI", "COTE D'IVOIRE": "CI",
		"Antigua and Barbuda": "AG", "Antigua & Barbuda": "AG", "Trinidad and Tobago": "TT", "Türkei": "TR", "TURKEY": "TR", "Hong Kong SAR, China": "HK",
		"São Tomé e Príncipe": "ST", "Espan\u0303a": "ES", " Brasil ": "BR", "Réunion": "RE", "Puerto Rico": "PR", "EL": "GR", "Kosovo": "XK",
		// What it does not know stays.
		"": "", " ": "", "and": "AD", "the and": "the and", "XX": "XX", " Atlantis ": "Atlantis", "Deutschlan": "Deutschlan", "the": "the", "?": "?",
		strings.Repeat("Germany", 20): strings.Repeat("Germany", 20),
	} {
		require.Equal(t, want, places.Country(name), "%q", name)
	}
}

func TestKnown(t *testing.T) {
	for name, want := range map[string]bool{"DE": true, "Germany": true, "UK": true, "": false, "WW": false, "OH": false, "Atlantis": false} {
		require.Equal(t, want, places.Known(name), "%q", name)
	}
}

func TestZone(t *testing.T) {
	for _, c := range []struct{ country, state, town, want string }{
		// A country with one zone, or with clocks that agree.
		{"DE", "", "", "Europe/Berlin"}, {"Germany", "BY", "München", "Europe/Berlin"}, {"GBR", "Scotland", "", "Europe/London"},
		{"FR", "", "Paris", "Europe/Paris"}, {"India", "", "", "Asia/Kolkata"}, {"AR", "", "", "America/Argentina/Buenos_Aires"},
		{"CN", "", "Urumqi", "Asia/Shanghai"}, {"PR", "", "", "America/Puerto_Rico"}, {"XK", "", "", "Europe/Belgrade"}, {"PL", "", "Warszawa", "Europe/Warsaw"},
		// Parts far away, under their country's name.
		{"ES", "", "", "Europe/Madrid"}, {"ES", "Madrid", "Getafe", "Europe/Madrid"}, {"ES", "Las Palmas", "", "Atlantic/Canary"}, {"Spain", "", "SANTA CRUZ DE TENERIFE", "Atlantic/Canary"},
		{"PT", "", "Lisboa", "Europe/Lisbon"}, {"PT", "Açores", "", "Atlantic/Azores"}, {"PT", "", "Ponta Delgada", "Atlantic/Azores"}, {"PT", "", "Funchal", "Atlantic/Madeira"},
		{"FR", "", "La Réunion", "Indian/Reunion"}, {"FR", "Guadeloupe", "", "America/Guadeloupe"}, {"FR", "", "FORT DE FRANCE", "America/Martinique"}, {"RE", "", "", "Indian/Reunion"},
		{"CL", "", "Punta Arenas", "America/Punta_Arenas"}, {"NZ", "", "", "Pacific/Auckland"},
		// Zones by state.
		{"US", "CA", "", "America/Los_Angeles"}, {"US", "California", "Oakland", "America/Los_Angeles"}, {"USA", "ny", "", "America/New_York"},
		{"US", "AZ", "", "America/Phoenix"}, {"US", "AZ", "Tucson", "America/Phoenix"}, {"US", "AZ", "Window Rock", "America/Denver"}, {"US", "PR", "", "America/Puerto_Rico"},
		{"CA", "SK", "", "America/Regina"}, {"CA", "QC", "", "America/Toronto"}, {"CA", "Québec", "Montréal", "America/Toronto"}, {"CA", "PQ", "Cap-aux-Meules", "America/Halifax"},
		{"AU", "QLD", "", "Australia/Brisbane"}, {"AU", "New South Wales", "BROKEN HILL", "Australia/Broken_Hill"}, {"AU", "WA", "Perth", "Australia/Perth"},
		{"BR", "SP", "", "America/Sao_Paulo"}, {"BR", "AM", "Manaus", "America/Manaus"}, {"BR", "AC", "", "America/Rio_Branco"}, {"BR", "PE", "Fernando de Noronha", "America/Noronha"},
		{"BR", "Amazonas", "Tabatinga", "America/Eirunepe"}, {"BR", "MT", "", "America/Cuiaba"}, {"BR", "Pará", "", "America/Belem"},
		{"MX", "JAL", "", "America/Mexico_City"}, {"MX", "BC", "Tijuana", "America/Tijuana"}, {"MX", "ROO", "", "America/Cancun"}, {"MX", "Chihuahua", "Ciudad Juarez", "America/Ciudad_Juarez"},
		// Two zones that count: with the town only.
		{"US", "TX", "", ""}, {"US", "TX", "Dallas", "America/Chicago"}, {"US", "TX", "El Paso", "America/Denver"},
		{"US", "FL", "", ""}, {"US", "FL", "Miami", "America/New_York"}, {"US", "Florida", "PENSACOLA", "America/Chicago"},
		{"US", "IN", "", ""}, {"US", "IN", "Indianapolis", "America/Indiana/Indianapolis"}, {"US", "IN", "Gary", "America/Chicago"}, {"US", "IN", "Nowhere", ""},
		{"US", "TN", "Memphis", "America/Chicago"}, {"US", "TN", "Knoxville", "America/New_York"}, {"US", "KY", "", ""}, {"US", "OR", "Ontario", "America/Boise"}, {"US", "OR", "Portland", "America/Los_Angeles"},
		{"US", "ID", "Boise", "America/Boise"}, {"US", "ID", "COEUR D'ALENE", "America/Los_Angeles"},
		{"CA", "NL", "", ""}, {"CA", "NL", "St. John's", "America/St_Johns"}, {"CA", "NL", "Happy Valley-Goose Bay", "America/Goose_Bay"},
		{"CA", "ON", "Toronto", "America/Toronto"}, {"CA", "ON", "KENORA", "America/Winnipeg"}, {"CA", "ON", "", ""}, {"CA", "BC", "Richmond", "America/Vancouver"}, {"CA", "BC", "Fort St. John", "America/Dawson_Creek"},
		// Many zones and nothing to go by.
		{"US", "", "", ""}, {"US", "", "Chicago", ""}, {"US", "AE", "", ""}, {"US", "XX", "Nowhere", ""}, {"RU", "", "", ""}, {"RU", "", "Moscow", "Europe/Moscow"}, {"ID", "", "Denpasar", "Asia/Makassar"},
		{"", "CA", "Oakland", ""}, {"Atlantis", "", "", ""}, {strings.Repeat("x", 100), strings.Repeat("x", 100), strings.Repeat("x", 100), ""}, {"US", "CA", strings.Repeat("x", 100), "America/Los_Angeles"},
		{"US", "*", "x", ""}, {"US", "Z AZ", "x", ""},
	} {
		zone, ok := places.Zone(c.country, c.state, c.town)
		require.Equal(t, c.want, zone, "%q %q %q", c.country, c.state, c.town)
		require.Equal(t, c.want != "", ok)
	}
}

// Every line of the files is read, and names a zone that the tz database has.
func TestFiles(t *testing.T) {
	countries, zones := 0, map[string]bool{}
	for _, line := range lines(t, "countries.txt") {
		parts := strings.Split(line, "\t")
		require.Len(t, parts, 4, line)
		zones[strings.TrimPrefix(parts[2], "-")] = true
		countries++
		for _, name := range append(strings.Split(parts[3], "|"), parts[:2]...) {
			require.Equal(t, parts[0], places.Country(name), name)
		}
	}
	require.Equal(t, 250, countries, "ISO 3166-1 has 249, and Kosovo")
	states := map[string]bool{}
	for _, line := range lines(t, "zones.txt") {
		parts := strings.Split(line, "\t")
		code, rest, _ := strings.Cut(parts[0], " ")
		want := strings.TrimPrefix(parts[1], "?")
		zones[want] = true
		if len(parts) == 2 {
			for state := range strings.SplitSeq(rest, "|") {
				require.False(t, states[code+" "+state], line)
				states[code+" "+state] = true
				zone, _ := places.Zone(code, state, "Somewhere")
				require.Equal(t, want, zone, line)
			}
			continue
		}
		require.True(t, rest == "*" || states[code+" "+rest], "towns of a state that has no line: %s", line)
		for town := range strings.SplitSeq(parts[2], "|") {
			zone, _ := places.Zone(code, strings.TrimPrefix(rest, "*"), town)
			require.Equal(t, want, zone, "%s %s", parts[0], town)
		}
	}
	for zone := range zones {
		_, err := time.LoadLocation(zone)
		require.NoError(t, err)
	}
}

func lines(t *testing.T, path string) (found []string) {
	t.Helper()
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	for line := range strings.SplitSeq(string(data), "\n") {
		if line != "" && !strings.HasPrefix(line, "#") {
			found = append(found, line)
		}
	}
	return found
}

func TestNothingIsAllocated(t *testing.T) {
	require.Zero(t, testing.AllocsPerRun(100, func() {
		places.Zone("United States", "Texas", "EL PASO")
		places.Zone("BR", "São Paulo", "Guarulhos")
		places.Country("Trinidad and Tobago")
		places.Country("GBR")
	}))
}

func FuzzZone(f *testing.F) {
	f.Add("US", "AZ", "Tucson")
	f.Add("\xff", "\u0308", "the")
	f.Fuzz(func(t *testing.T, country, state, town string) {
		zone, ok := places.Zone(country, state, town)
		require.Equal(t, ok, zone != "")
		again, _ := places.Zone(places.Country(country), strings.ToUpper(strings.ToLower(state)), " "+town+" ")
		if ok && len(town) < 60 && len(state) < 30 {
			require.Equal(t, zone, again)
		}
		require.Equal(t, places.Country(country), places.Country(places.Country(country)))
	})
}

func BenchmarkZone(b *testing.B) {
	for b.Loop() {
		places.Zone("US", "CA", "San Francisco")
	}
}

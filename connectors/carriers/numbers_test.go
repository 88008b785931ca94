package carriers_test

import (
	"encoding/csv"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"waybill/connectors/carriers"
)

// Every number that the published definitions say is valid or invalid is judged
// so, by the courier's own code.
func TestPublishedNumbers(t *testing.T) {
	file, err := os.Open("testdata/published_numbers.csv")
	require.NoError(t, err)
	defer file.Close()
	rows, err := csv.NewReader(file).ReadAll()
	require.NoError(t, err)
	require.Len(t, rows, 152)
	for _, row := range rows[1:] {
		judged, known := table(t).Judge(row[0], row[3])
		require.True(t, known, row)
		require.Equal(t, row[2] == "valid", judged.Valid, row)
		require.Equal(t, judged.Valid, judged.Reason == "", row)
		anybody, _ := table(t).Judge("", row[3])
		require.Equal(t, anybody.Valid, len(table(t).Detect(row[3])) > 0, row)
		if judged.Valid {
			require.True(t, anybody.Valid, row)
		}
	}
}

func TestJudge(t *testing.T) {
	for _, c := range []struct {
		carrier, number, canonical, reason string
	}{
		{"ups", " 1z 8v 92a7-0367203024 ", "1Z8V92A70367203024", ""},
		{"", "1Z8V92A70367203024", "1Z8V92A70367203024", ""},
		{"UPSDAP", "1Z8V92A70367203025", "1Z8V92A70367203025", "The check digit of 1Z8V92A70367203025 is wrong; UPS numbers have the form 1Z, fifteen letters or digits and a check digit."},
		{"ups", "1Z", "1Z", "1Z is no number of UPS, such as 1Z5R89390357567127."},
		{"", "1Z8V92A70367203025", "1Z8V92A70367203025", "The check digit of 1Z8V92A70367203025 is wrong, for 1Z, fifteen letters or digits and a check digit."},
		{"", "HELLO", "HELLO", "HELLO has no published form."},
		{"", "a.b", "A.B", "A.B has no published form."}, // Much has the form of SCMS
		{"scms", "a.b", "A.B", ""},
		{"s10", "RB123456785CV", "RB123456785CV", ""},
		{"s10", "RB123456785XX", "RB123456785XX", "RB123456785XX is no number of S10, such as RB123456785AT."},
		{"royal-mail", "RB123456785GB", "RB123456785GB", ""},
		{"royal_mail", "RB123456785CV", "RB123456785CV", "RB123456785CV is no number of Royal Mail, such as RB123456785GB."},
		{"Royal Mail", "RB123456780GB", "RB123456780GB", "The check digit of RB123456780GB is wrong; Royal Mail numbers have the form S10 with the country letters GB."},
		{"DHL", "GM2951173225174494", "GM2951173225174494", ""},
		{"dhl-express", "GM2951173225174494", "GM2951173225174494", "GM2951173225174494 is no number of DHL Express, such as 3318810025."},
		{"dpd-uk", "09 9800 0002 0033 F", "09980000020033F", ""},
		{"parcelforce", "PB123456789GB", "PB123456789GB", "No form of Parcelforce Worldwide numbers is published."},

		// What can be no number.
		{"ups", "", "", "It is empty."},
		{"", " - ", "", "It is empty."},
		{"", "1Z\x00", "", "It holds a control character."},
		{"", "1Z\xff", "", "It is no UTF-8."},
		{"", strings.Repeat("1", 101), "", "It has 101 bytes; a tracking number has up to 100 characters."},
		{"", strings.Repeat("x", 10_000), "", "It has 10000 bytes; a tracking number has up to 100 characters."},
	} {
		judged, known := table(t).Judge(c.carrier, c.number)
		require.True(t, known)
		require.Equal(t, carriers.Judgement{Canonical: c.canonical, Valid: c.reason == "", Reason: c.reason}, judged, "%s %q", c.carrier, c.number)
	}
	_, known := table(t).Judge("nobody", "1Z")
	require.False(t, known)
}

func TestDetect(t *testing.T) {
	for number, want := range map[string][]carriers.Candidate{
		"1Z5R89390357567127":     {{"ups", 0.95}},
		"1Z5R89390357567128":     {},
		"RB123456785GB":          {{"royal-mail", 0.95}, {"s10", 0.95}},
		"RB123456785CV":          {{"s10", 0.95}},
		"RB123456785DE":          {{"s10", 0.95}, {"deutsche-post", 0.24}, {"dhl-parcel-de", 0.24}},
		"3318810025":             {{"dhl-express", 0.8}, {"dhl", 0.8}},
		"320595463938":           {{"purolator", 0.8}},
		"60120172242323":         {{"dhl-ecommerce", 0.2}, {"dhl", 0.2}},
		"TBA000000000000":        {{"amazon", 0.6}},
		"1Z410E7W0392751591":     {{"ups", 0.95}},
		"V0490119172":            {{"ups", 0.95}},
		"9400111206206407628746": {{"usps", 0.8}},
		"SA123456785ZZ":          {{"sim", 0.95}},
		"":                       {},
		"\x00":                   {},
		"HELLO":                  {},
	} {
		got := table(t).Detect(number)
		for _, c := range got {
			require.True(t, c.Confidence > 0 && c.Confidence <= 1, number)
		}
		require.Equal(t, want, got, number)
	}
}

func FuzzDetect(f *testing.F) {
	f.Add("1Z5R89390357567127")
	f.Add("420 11213 92 6129098349792366623 8")
	f.Fuzz(func(t *testing.T, number string) {
		judged, _ := table(t).Judge("", number)
		found := table(t).Detect(number)
		require.Equal(t, judged.Valid, len(found) > 0)
		require.Equal(t, judged.Valid, judged.Reason == "")
		for i, c := range found {
			one, known := table(t).Judge(c.Carrier, judged.Canonical)
			require.True(t, known && one.Valid, c.Carrier)
			require.True(t, i == 0 || c.Confidence <= found[i-1].Confidence)
		}
	})
}

func BenchmarkDetect(b *testing.B) {
	numbers := []string{"1Z5R89390357567127", "RB123456785GB", "3318810025", "9400111206206407628746", "986578788855", "no number", "0073938000549297"}
	tab := table(b)
	for i := 0; b.Loop(); i++ {
		tab.Detect(numbers[i%len(numbers)])
	}
}

func BenchmarkDefault(b *testing.B) {
	for b.Loop() {
		_, err := carriers.Default()
		require.NoError(b, err)
	}
}

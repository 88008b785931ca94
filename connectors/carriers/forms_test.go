package carriers

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"waybill/schemas/yamlfile"
)

// Of each form: a number with the right check digit passes, and with each other
// one it does not. The serial may be anything that the form allows.
func TestEveryCheckDigitOfEveryForm(t *testing.T) {
	table, err := Default()
	require.NoError(t, err)
	for _, d := range table.detectors {
		t.Run(d.name, func(t *testing.T) {
			numbers := rapid.StringMatching(d.regex)
			rapid.Check(t, func(t *rapid.T) {
				number := numbers.Draw(t, "number")
				if len(d.countries) > 0 {
					number = number[:len(number)-2] + rapid.SampledFrom(d.countries).Draw(t, "country")
				}
				if len(d.lengths) > 0 && !d.mayFit(number) {
					require.False(t, d.judge(number).fits, number)
					return
				}
				v := d.judge(number)
				require.True(t, v.fits, number)
				if d.check == nil {
					require.True(t, v.right, number)
					return
				}
				m := d.pattern.FindStringSubmatchIndex(number)
				right := ""
				for _, c := range alphabet36 {
					tried := number[:m[2*d.digit]] + string(c) + number[m[2*d.digit+1]:]
					if d.judge(tried).right {
						right += string(c)
					}
				}
				require.Len(t, right, 1, number)
			})
		})
	}
}

// definition is what we read of a published file.
type definition struct {
	ID         string `json:"id"`
	Validation struct {
		Checksum struct {
			Name     string `json:"name"`
			Evens    int    `json:"evens_multiplier"`
			Odds     int    `json:"odds_multiplier"`
			Reverse  bool   `json:"reverse"`
			Weights  []int  `json:"weightings"`
			Modulo1  int    `json:"modulo1"`
			Modulo2  int    `json:"modulo2"`
			Alphabet string `json:"alphabet"`
		} `json:"checksum"`
		Serial struct {
			PrependIf struct {
				Content string `json:"content"`
			} `json:"prepend_if"`
		} `json:"serial_number_format"`
	} `json:"validation"`
	Additional []struct {
		Name   string `json:"name"`
		Lookup []struct {
			Matches string `json:"matches"`
			Regex   string `json:"matches_regex"`
		} `json:"lookup"`
	} `json:"additional"`
}

// Our data says what the published definitions say.
func TestFormsAreAsPublished(t *testing.T) {
	files, err := filepath.Glob("../../../shared/data/tracking_numbers/couriers/*.json")
	require.NoError(t, err)
	if len(files) == 0 {
		t.Skip("the definitions are not part of the project, and are not at ../shared/data/tracking_numbers")
	}
	var ours published
	require.NoError(t, yamlfile.Decode(publishedData, &ours))
	byID := make(map[string]*formEntry)
	for i := range ours.Forms {
		byID[ours.Forms[i].ID] = &ours.Forms[i]
	}
	seen := 0
	for _, file := range files {
		data, err := os.ReadFile(file)
		require.NoError(t, err)
		var courier struct {
			Numbers []definition `json:"tracking_numbers"`
		}
		require.NoError(t, json.Unmarshal(data, &courier))
		for i := range courier.Numbers {
			seen++
			require.Contains(t, byID, courier.Numbers[i].ID)
			sameForm(t, &courier.Numbers[i], byID[courier.Numbers[i].ID], ours.Families)
		}
	}
	require.Len(t, ours.Forms, seen)
}

func sameForm(t *testing.T, theirs *definition, e *formEntry, families []familyEntry) {
	t.Helper()
	sum := theirs.Validation.Checksum
	require.Equal(t, sum.Name, e.Check, theirs.ID)
	require.Equal(t, []any{sum.Evens, sum.Odds, sum.Reverse}, []any{e.Evens, e.Odds, e.Reverse}, theirs.ID)
	require.Equal(t, theirs.Validation.Serial.PrependIf.Content, e.Prepend, theirs.ID)
	if sum.Name == weightedSum {
		require.Equal(t, []any{sum.Weights, []int{sum.Modulo1, sum.Modulo2}}, []any{e.Weights, e.Moduli}, theirs.ID)
	}
	if sum.Alphabet != "" {
		require.Equal(t, alphabet36, sum.Alphabet)
	}
	groups := map[string]string{"Service Type": "service", "Country Code": "country", "Container Type": "container"}
	for _, additional := range theirs.Additional {
		if additional.Name == "Courier" {
			s10 := families[len(families)-1]
			letters := strings.Fields(s10.Others)
			for post := range s10.Posts {
				letters = append(letters, post)
			}
			require.Len(t, letters, len(additional.Lookup))
			for _, l := range additional.Lookup {
				require.Contains(t, letters, l.Matches)
			}
			continue
		}
		values := e.Lookup[groups[additional.Name]]
		if additional.Name == "Application Identifier" || theirs.ID == "usps_impb_c" {
			require.Empty(t, values, "the form itself says it, or hardly any value is published")
			continue
		}
		for _, l := range additional.Lookup {
			if l.Regex != "" {
				require.Contains(t, values, strings.Trim(l.Regex, "()"), theirs.ID)
				continue
			}
			require.Regexp(t, `^(?:`+values+`)$`, l.Matches, theirs.ID)
		}
		require.LessOrEqual(t, strings.Count(values, "|"), len(additional.Lookup)+2, theirs.ID)
	}
}

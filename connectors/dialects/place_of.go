package dialects

import (
	"strings"

	"waybill/connectors/places"
	"waybill/schemas"
)

// placeOf reads a place that stands in one text, such as "Montreal, QC, CA",
// "Essen, DE" or "NL": the country last, in capitals, and the state before it.
// Two letters behind a city may be a state as well as a country (CA, DE): with
// no country behind them they are taken for a country if there is such a one.
// Where none is named the last part is the state.
func placeOf(written string) *schemas.Location {
	var parts []string
	for part := range strings.SplitSeq(written, ",") {
		if part = strings.TrimSpace(part); part != "" {
			parts = append(parts, part)
		}
	}
	l := &schemas.Location{}
	if last := len(parts) - 1; last >= 0 && isCountry(parts[last]) {
		l.Country, parts = places.Country(parts[last]), parts[:last]
	}
	switch len(parts) {
	case 0:
	case 1:
		l.City = parts[0]
	default:
		l.City, l.State = strings.Join(parts[:len(parts)-1], ", "), parts[len(parts)-1]
	}
	return l
}

// isCountry tells whether a text is the code of a country, in capitals.
func isCountry(written string) bool {
	return len(written) == len("GB") && written == strings.ToUpper(written) && !usStatesAlone[written]
}

// usStatesAlone are states of the US whose letters no country has.
var usStatesAlone = map[string]bool{
	"AK": true, "CT": true, "DC": true, "FL": true, "HI": true, "IA": true, "KS": true, "MI": true, "NH": true, "NJ": true, "NV": true, "NY": true, "OH": true,
	"OK": true, "OR": true, "RI": true, "TX": true, "UT": true, "VT": true, "WA": true, "WI": true, "WV": true, "WY": true,
}

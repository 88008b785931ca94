package dialects

import (
	"slices"
	"strings"

	"waybill/connectors/places"
	"waybill/schemas"
)

// placeOf reads a place that stands in one text, such as "Montreal, QC, CA",
// "Essen, DE" or "NL": the country last, by its letters, and the state before
// it. Behind a city alone, letters that are those of a state of the US are the
// state; whether the country is the US is certain only where no other country
// or state has them.
func placeOf(written string) *schemas.Location {
	var parts []string
	for part := range strings.SplitSeq(written, ",") {
		if part = strings.TrimSpace(part); part != "" {
			parts = append(parts, part)
		}
	}
	l := &schemas.Location{}
	if last := len(parts) - 1; last >= 0 && isCountry(parts[last]) && (last != 1 || !isState(parts[last])) {
		l.Country, parts = places.Country(parts[last]), parts[:last]
	}
	switch len(parts) {
	case 0:
	case 1:
		l.City = parts[0]
	default:
		l.City, l.State = strings.Join(parts[:len(parts)-1], ", "), parts[len(parts)-1]
		if l.Country == "" && isState(l.State) && !places.Known(l.State) && l.State != "WA" { // also of Australia
			l.Country = "US"
		}
	}
	return l
}

// isCountry tells whether a text is the letters of a country, in capitals.
func isCountry(written string) bool {
	return len(written) == len("GB") && written == strings.ToUpper(written) && places.Known(written)
}

// isState tells whether a text is the letters of a state of the US. DE is none:
// behind a city it is Germany far more often than Delaware.
func isState(written string) bool { return slices.Contains(usStates, written) }

var usStates = strings.Fields("AK AL AR AZ CA CO CT DC FL GA HI IA ID IL IN KS KY LA MA MD ME MI MN MO MS MT NC ND NE NH NJ NM NV NY OH OK OR PA RI SC SD TN TX UT VA VT WA WI WV WY")

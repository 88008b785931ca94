package dialects

import (
	"strings"

	"waybill/connectors/places"
	"waybill/schemas"
)

// dhlArea reads the description of a service area of DHL Express, as in "LONDON
// - UNITED KINGDOM", "WOODSIDE,NY-USA" or "Brisbane-AU": what is behind the last
// dash that leaves a country, with the state before it; in "NEW YORK, NY -
// Brooklyn - USA" the first area counts. A country may stand alone. What does
// not end in one is a name.
func dhlArea(description string) *schemas.Location {
	description = strings.Join(strings.Fields(description), " ")
	for dash := strings.LastIndexByte(description, '-'); dash >= 0; dash = strings.LastIndexByte(description[:dash], '-') {
		country := places.Country(description[dash+1:])
		if len(country) != len("GB") {
			continue
		}
		area, _, _ := strings.Cut(strings.TrimSpace(description[:dash]), " - ")
		city, state, _ := strings.Cut(area, ",")
		return &schemas.Location{Name: description, City: strings.TrimSpace(city), State: strings.TrimSpace(state), Country: country}
	}
	if country := places.Country(description); len(country) == len("GB") {
		return &schemas.Location{Country: country}
	}
	return &schemas.Location{Name: description}
}

// dhlSigned tells whether what DHL Express gives as the signatory of an event is
// who signed. On other events than deliveries it writes account numbers and
// times there.
func dhlSigned(code string) bool { return code == "OK" || code == "PD" || code == "DD" }

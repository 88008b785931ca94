package dialects

import (
	"strings"

	"waybill/connectors/places"
	"waybill/schemas"
)

// maxCountryBytes bounds what is looked at for the name of a country.
const maxCountryBytes = 64

// dhlArea reads the description of a service area of DHL Express, as in "LONDON
// - UNITED KINGDOM", "WOODSIDE,NY-USA" or "Brisbane-AU": what is behind the last
// dash that leaves a country, with the state before it; in "NEW YORK, NY -
// Brooklyn - USA" the first area counts. A country may stand alone. What does
// not end in one is a name.
func dhlArea(description string) *schemas.Location {
	description = strings.Join(strings.Fields(clip(description)), " ")
	for dash := len(description); len(description)-dash <= maxCountryBytes; {
		if dash = strings.LastIndexByte(description[:dash], '-'); dash < 0 {
			break
		}
		country := description[dash+1:]
		if !places.Known(country) {
			continue
		}
		area, _, _ := strings.Cut(strings.TrimSpace(description[:dash]), " - ")
		city, state, _ := strings.Cut(area, ",")
		return &schemas.Location{Name: description, City: strings.TrimSpace(city), State: strings.TrimSpace(state), Country: places.Country(country)}
	}
	if places.Known(description) {
		return &schemas.Location{Country: places.Country(description)}
	}
	return &schemas.Location{Name: description}
}

// dhlSigned tells whether what DHL Express gives as the signatory of an event is
// who signed. On other events than deliveries it writes account numbers and
// times there.
func dhlSigned(code string) bool { return code == "OK" || code == "PD" || code == "DD" }

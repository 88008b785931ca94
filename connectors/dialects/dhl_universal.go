package dialects

import (
	"strings"

	"waybill/connectors/places"
	"waybill/schemas"
)

// dhlUniversal is the JSON of DHL's unified tracking (api-eu.dhl.com/track), over
// all its companies. The status of an event is the code of the company where it
// has codes, else the main status again or a sentence.
var dhlUniversal = &Dialect{
	Name: "dhl-universal", Aliases: []string{"dhl-unified", "dhl", "dhl-tracking"},
	marks: []mark{{"shipments.id", "shipments.service"}, {"shipments.id", "shipments.status.statusCode"}},
	read:  readDHLUniversal,
}

type dhlShipment struct {
	ID      text `json:"id"`
	Service text `json:"service"`
	ETA     text `json:"estimatedTimeOfDelivery"`
	Reason  text `json:"estimatedTimeOfDeliveryRemark"`
	Window  struct {
		End text `json:"estimatedThrough"`
	} `json:"estimatedDeliveryTimeFrame"`
	Status  *dhlStatus      `json:"status"`
	Events  many[dhlStatus] `json:"events"`
	Return  flag            `json:"returnFlag"`
	Details struct {
		Proof struct {
			Signed struct {
				Name    text `json:"name"`
				Given   text `json:"givenName"`
				Family  text `json:"familyName"`
				Company text `json:"organizationName"`
			} `json:"signed"`
		} `json:"proofOfDelivery"`
	} `json:"details"`
}

type dhlStatus struct {
	When     text `json:"timestamp"`
	Main     text `json:"statusCode"`
	Status   text `json:"status"`
	Words    text `json:"description"`
	Remark   text `json:"remark"`
	Location struct {
		Address struct {
			Country  text `json:"countryCode"`
			Postal   text `json:"postalCode"`
			Locality text `json:"addressLocality"`
		} `json:"address"`
	} `json:"location"`
}

func readDHLUniversal(r *reader) error {
	var answer struct {
		problem

		Shipments many[dhlShipment] `json:"shipments"`
	}
	if err := r.json(&answer); err != nil {
		return err
	}
	if len(answer.Shipments) == 0 {
		return r.problemAlone(&answer.problem)
	}
	for i := range answer.Shipments {
		s := &answer.Shipments[i]
		if s.ID == "" && s.Service == "" {
			return errNotThis
		}
		r.dhlUnified(s)
	}
	return nil
}

// dhlCompany gives the carrier of a service, and the zone of times that come
// without one nor a country: that of the only country it works in.
func dhlCompany(service string) (carrier, zone string) {
	switch service = strings.ToLower(service); service {
	case "":
		return "", ""
	case "parcel-de":
		return "dhl-parcel-de", "Europe/Berlin"
	case "svb", "post-de":
		return "deutsche-post", "Europe/Berlin"
	case "parcel-nl":
		return "dhl-parcel-nl", "Europe/Amsterdam"
	case "parcel-pl":
		return "dhl-poland", "Europe/Warsaw"
	case "parcel-uk":
		return "dhl-parcel-uk", "Europe/London"
	case "ecommerce-ppl":
		return "ppl", "Europe/Prague"
	case "dgf":
		return "dhl-global-forwarding", ""
	case "post-international":
		return "deutsche-post", ""
	default:
		return "dhl-" + service, ""
	}
}

func (r *reader) dhlUnified(s *dhlShipment) {
	carrier, zone := dhlCompany(s.Service.String())
	r.zone = zone
	p := r.parcel(carrier, s.ID.String())
	if s.Return {
		p.leg = schemas.LegReturn
	}
	signed := s.Details.Proof.Signed
	p.signedBy = first(signed.Name, signed.Family, signed.Company)
	if signed.Given != "" && signed.Family != "" { // the name beside them may be the first of the two alone
		p.signedBy = signed.Given.String() + " " + signed.Family.String()
	}
	p.dhlForecast("estimatedTimeOfDelivery", first(s.Window.End, s.ETA))
	p.etaReason = s.Reason.String()
	for i := range s.Events {
		p.dhlUnified(at("events", i), &s.Events[i])
	}
	// The newest event stands beside the others too, which at times lack it.
	if s.Status != nil && s.Status.When != "" && !s.tells(s.Status) {
		p.dhlUnified("status", s.Status)
	}
}

// tells says whether a status is one of the events. Its time may end in Z where
// theirs, which are those of the place, do not.
func (s *dhlShipment) tells(status *dhlStatus) bool {
	for _, e := range s.Events {
		if wall(e.When.String()) == wall(status.When.String()) && e.Main == status.Main {
			return true
		}
	}
	return false
}

func (p *parcel) dhlUnified(where string, e *dhlStatus) {
	s := scan{status: e.Main.String(), words: first(e.Words, e.Status, e.Remark)}
	if code := e.Status.String(); !strings.ContainsRune(code, ' ') && !strings.EqualFold(code, s.status) {
		s.code = code
	}
	if s.status == "" {
		s.status = e.Status.String()
	}
	address := e.Location.Address
	// Express writes its areas there, and at times the country once more.
	s.place = dhlArea(address.Locality.String())
	if address.Country != "" && (s.place.City == "" || s.place.Country != places.Country(address.Country.String())) {
		s.place = place(address.Locality.String(), address.Country.String())
	}
	s.place.PostalCode = address.Postal.String()
	var err error
	s.when, err = p.r.when(e.When.String(), s.place)
	p.tell(where, s, err)
}

package dialects

import (
	"fmt"
	"strings"

	"waybill/schemas"
)

// fedexPage is what FedEx's web page asked for and got until 2021. Times stand
// beside their offset; a pick-up that has none is a day.
type fedexPage struct {
	Errors   many[*fedexError] `json:"errorList"`
	Packages many[*struct {
		Number   text `json:"trackingNbr"`
		ETA      text `json:"estDeliveryDt"`
		SignedBy text `json:"receivedByNm"`
		Error    text `json:"trackErrCD"`
		Events   many[*struct {
			Date    text `json:"date"`
			Time    text `json:"time"`
			Offset  text `json:"gmtOffset"`
			Code    text `json:"statusCD"`
			Words   text `json:"status"`
			Details text `json:"scanDetails"`
			Place   text `json:"scanLocation"`
		}] `json:"scanEventList"`
	}] `json:"packageList"`
}

func (r *reader) fedexPage(page *fedexPage) {
	for _, e := range page.Errors {
		if e.Code != "0" && len(page.Packages) == 0 { // else it is said of each package
			r.fail(fedexReason(e.Code.String(), e.Words.String()), "", "", e.Code.String(), e.Words.String())
		}
	}
	for _, pack := range page.Packages {
		p := r.parcel("", pack.Number.String())
		if pack.Error != "" {
			p.fail(fedexReason(pack.Error.String(), ""), pack.Error.String(), "")
		}
		p.signedBy = fedexSigner(pack.SignedBy.String())
		p.fedexForecast("estDeliveryDt", pack.ETA.String())
		for i, e := range pack.Events {
			at := e.Date.String()
			if e.Time != "" {
				at += "T" + e.Time.String() + e.Offset.String()
			}
			p.fedexScan(fmt.Sprintf("scanEventList[%d]", i), at, fedexPlace(e.Place.String()), &fedexEvent{Code: e.Code, Words: e.Words, Exception: e.Details})
		}
	}
}

// fedexPlace reads a place of the page: a city and the state of a country that
// is not named.
func fedexPlace(written string) *schemas.Location {
	city, state, _ := strings.Cut(written, ", ")
	return &schemas.Location{City: city, State: state}
}

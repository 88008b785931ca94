package dialects

import (
	"fmt"
	"slices"
	"strings"

	"waybill/schemas"
)

// Purolator answers in SOAP (TrackPackagesByPin), with several parcels in one
// answer. A scan has no code but a type, which says little: the words tell the
// rest. Times are on the clocks of the depot.
var purolator = &Dialect{
	Name: "purolator", Aliases: []string{"purolator-courier"}, Carrier: "purolator",
	marks: []mark{{"Envelope.Body.TrackPackagesByPinResponse"}, {"Envelope.Body.TrackPackagesByReferenceResponse"}},
	read:  readPurolator,
}

type purolatorAnswer struct {
	Errors  many[*purolatorError]  `xml:"ResponseInformation>Errors>Error"`
	Parcels many[*purolatorParcel] `xml:"TrackingInformationList>TrackingInformation"`
}

type purolatorError struct {
	Code  text `xml:"Code"`
	Words text `xml:"Description"`
	More  text `xml:"AdditionalInformation"`
}

type purolatorParcel struct {
	Number text                  `xml:"PIN>Value"`
	Scans  many[*purolatorScan]  `xml:"Scans>Scan"`
	Errors many[*purolatorError] `xml:"ResponseInformation>Errors>Error"`
}

type purolatorScan struct {
	Type     text `xml:"ScanType"`
	Depot    text `xml:"Depot>Name"`
	Date     text `xml:"ScanDate"`
	Time     text `xml:"ScanTime"`
	Words    text `xml:"Description"`
	Comment  text `xml:"Comment"`
	SignedBy text `xml:"ScanDetails>DeliverySignature"`
}

func readPurolator(r *reader) error {
	var answer struct {
		ByPIN       *purolatorAnswer `xml:"Body>TrackPackagesByPinResponse"`
		ByReference *purolatorAnswer `xml:"Body>TrackPackagesByReferenceResponse"`
		Fault       *struct {
			Code  text `xml:"faultcode"`
			Words text `xml:"faultstring"`
		} `xml:"Body>Fault"`
	}
	if err := r.xml(&answer); err != nil {
		return err
	}
	track := answer.ByPIN
	if track == nil {
		track = answer.ByReference
	}
	if answer.Fault != nil {
		r.fail(refused("", answer.Fault.Words.String()), "", "", answer.Fault.Code.String(), answer.Fault.Words.String())
		return nil
	}
	if track == nil {
		return errNotThis
	}
	for _, e := range track.Errors {
		r.fail(refused("", e.Words.String()+" "+e.More.String()), "", "", e.Code.String(), e.Words.String())
	}
	for _, parcel := range track.Parcels {
		r.purolator(parcel)
	}
	return nil
}

func (r *reader) purolator(parcel *purolatorParcel) {
	p := r.parcel("", parcel.Number.String())
	for _, e := range parcel.Errors {
		p.fail(refused("", e.Words.String()+" "+e.More.String()), e.Code.String(), e.Words.String())
	}
	for i, e := range parcel.Scans {
		s := scan{code: e.Type.String(), words: strings.TrimSpace(e.Words.String() + " " + e.Comment.String()), signedBy: e.SignedBy.String()}
		s.place = purolatorDepot(e.Depot.String())
		var err error
		s.when, err = r.when(strings.TrimSpace(e.Date.String()+" "+e.Time.String()), s.place, "2006-01-02 150405", "2006-01-02 1504", "2006-01-02 15:04:05", localDay)
		p.tell(fmt.Sprintf("Scan[%d]", i), s, err)
	}
}

// purolatorDepot reads the name of a depot, such as "WINNIPEG AIRPORT/AEROPORT,
// MB": the province is behind the comma, Quebec at times by its old letters.
func purolatorDepot(name string) *schemas.Location {
	comma := strings.LastIndexByte(name, ',')
	if comma < 0 {
		return &schemas.Location{Name: name}
	}
	province := strings.TrimSpace(name[comma+1:])
	if province == "PQ" {
		province = "QC"
	}
	if !slices.Contains(strings.Fields("AB BC MB NB NL NS NT NU ON PE QC SK YT"), province) {
		return &schemas.Location{Name: name}
	}
	return &schemas.Location{City: strings.TrimSpace(name[:comma]), State: province, Country: "CA"}
}

package dialects

import (
	"encoding/xml"
	"fmt"
)

// Landmark Global answers in XML (Track), with several packages in one answer.
// A package has Landmark's number, which is the one that is followed, and that
// of the carrier of the last mile. Days and times have one of two forms, on the
// clocks of the place, of which Landmark writes as much as it knows.
var landmark = &Dialect{
	Name: "landmark-global", Aliases: []string{"landmark"}, Carrier: "landmark-global",
	marks: []mark{
		{"TrackResponse", "TrackResponse.Result", "TrackResponse.Result.Packages"},
		{"TrackResponse", "TrackResponse.Result", "TrackResponse.Errors"},
	},
	read: readLandmark,
}

type landmarkPackage struct {
	Number   text `xml:"LandmarkTrackingNumber"`
	LastMile text `xml:"TrackingNumber"`
	Events   many[*struct {
		Code  text `xml:"EventCode"`
		Words text `xml:"Status"`
		Time  text `xml:"DateTime"`
		Place text `xml:"Location"`
	}] `xml:"Events>Event"`
}

func readLandmark(r *reader) error {
	var answer struct {
		XMLName xml.Name
		Result  *struct {
			Success  text                   `xml:"Success"`
			Words    text                   `xml:"ResultMessage"`
			Packages many[*landmarkPackage] `xml:"Packages>Package"`
		} `xml:"Result"`
		Errors many[*struct {
			Code  text `xml:"ErrorCode"`
			Words text `xml:"ErrorMessage"`
		}] `xml:"Errors>Error"`
	}
	if err := r.xml(&answer); err != nil {
		return err
	}
	if answer.XMLName.Local != "TrackResponse" || answer.Result == nil && len(answer.Errors) == 0 {
		return errNotThis
	}
	for _, e := range answer.Errors {
		r.fail(refused(e.Code.String(), e.Words.String()), "", "", e.Code.String(), e.Words.String())
	}
	if answer.Result == nil {
		return nil
	}
	if len(answer.Errors) == 0 && len(answer.Result.Packages) == 0 {
		r.fail(refused("", answer.Result.Words.String()), "", "", "", first(answer.Result.Words, "the answer has no package"))
	}
	for _, pack := range answer.Result.Packages {
		p := r.parcel("", first(pack.Number, pack.LastMile))
		for i, e := range pack.Events {
			s := scan{code: e.Code.String(), words: e.Words.String(), place: placeOf(e.Place.String())}
			var err error
			s.when, err = r.when(e.Time.String(), s.place, "2006-01-02 15:04:05", "01/02/2006 3:04 PM", "01/02/2006 15:04", "01/02/2006", localDay)
			p.tell(fmt.Sprintf("Event[%d]", i), s, err)
		}
	}
	return nil
}

package dialects

import (
	"encoding/xml"
	"fmt"
	"strings"
)

// The days and times of USPS's XML.
const (
	uspsDay    = "January 2, 2006"
	uspsMinute = uspsDay + " 3:04 pm"
)

type uspsInfo struct {
	Number     text                `xml:"ID,attr"`
	Error      *uspsErrorXML       `xml:"Error"`
	Expected   text                `xml:"ExpectedDeliveryDate"`
	Predicted  text                `xml:"PredictedDeliveryDate"`
	Guaranteed text                `xml:"GuaranteedDeliveryDate"`
	Summary    many[*uspsEventXML] `xml:"TrackSummary"`
	Details    many[*uspsEventXML] `xml:"TrackDetail"`
}

type uspsErrorXML struct {
	Number text `xml:"Number"`
	Words  text `xml:"Description"`
}

// uspsEventXML is an event in fields, or in a sentence.
type uspsEventXML struct {
	Sentence string `xml:",chardata"`
	Time     text   `xml:"EventTime"`
	Date     text   `xml:"EventDate"`
	Words    text   `xml:"Event"`
	City     text   `xml:"EventCity"`
	State    text   `xml:"EventState"`
	Zip      text   `xml:"EventZIPCode"`
	Country  text   `xml:"EventCountry"`
	SignedBy text   `xml:"Name"`
	Code     text   `xml:"EventCode"`
}

func (r *reader) uspsXML() error {
	var answer struct {
		XMLName xml.Name
		uspsErrorXML

		Infos many[*uspsInfo] `xml:"TrackInfo"`
	}
	if err := r.xml(&answer); err != nil {
		return err
	}
	switch {
	case answer.XMLName.Local == "Error":
		r.fail(uspsReason(answer.Number.String(), answer.Words.String()), "", "", answer.Number.String(), answer.Words.String())
	case answer.XMLName.Local == "TrackResponse" && len(answer.Infos) > 0:
		for _, info := range answer.Infos {
			r.uspsInfo(info)
		}
	default:
		return errNotThis
	}
	return nil
}

func (r *reader) uspsInfo(info *uspsInfo) {
	p := r.parcel("", info.Number.String())
	if e := info.Error; e != nil {
		p.fail(uspsReason(e.Number.String(), e.Words.String()), e.Number.String(), e.Words.String())
	}
	p.forecast("ExpectedDeliveryDate", first(info.Expected, info.Predicted, info.Guaranteed), uspsDay)
	for i, e := range info.Summary {
		p.uspsEventXML(fmt.Sprintf("TrackSummary[%d]", i), e)
	}
	for i, e := range info.Details {
		p.uspsEventXML(fmt.Sprintf("TrackDetail[%d]", i), e)
	}
}

func (p *parcel) uspsEventXML(where string, e *uspsEventXML) {
	if e.Words == "" && e.Code == "" {
		p.uspsText(where, e.Sentence)
		return
	}
	s := scan{code: e.Code.String(), words: e.Words.String(), signedBy: e.SignedBy.String()}
	s.place = uspsPlace(e.City.String(), e.State.String(), e.Zip.String(), e.Country.String())
	var err error
	s.when, err = p.r.when(uspsWritten(e.Date.String(), e.Time.String()), s.place, uspsMinute, uspsDay)
	p.tell(where, s, err)
}

// uspsWritten puts a day and a time of day together.
func uspsWritten(day, clock string) string {
	return strings.TrimSpace(day + " " + strings.ToLower(clock))
}

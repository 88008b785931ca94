package dialects

import (
	"encoding/xml"
	"fmt"

	"waybill/schemas"
)

// Canada Post answers in XML, in English or French: the detail of a parcel, a
// summary of one or more, or messages. Times are local; the abbreviation beside
// them names the zone and not the offset, for it is that of winter all the year.
var canadaPost = &Dialect{
	Name: "canada-post", Aliases: []string{"canadapost", "postes-canada"}, Carrier: "canada-post",
	marks: []mark{
		{"tracking-detail", "tracking-detail.pin"}, {"tracking-summary", "tracking-summary.pin-summary"}, {"messages", "messages.message.code"},
		{"wrapper", "wrapper.tracking-detail"}, {"wrapper", "wrapper.tracking-summary"}, {"wrapper", "wrapper.messages"},
	},
	read: readCanadaPost,
}

type canadaPostAnswer struct {
	XMLName xml.Name
	canadaPostDetail

	Summaries many[*canadaPostSummary] `xml:"pin-summary"`
	Messages  many[*canadaPostMessage] `xml:"message"`

	// In a wrapper the same stand one level deeper.
	WrappedDetails   many[*canadaPostDetail]  `xml:"tracking-detail"`
	WrappedSummaries many[*canadaPostSummary] `xml:"tracking-summary>pin-summary"`
	WrappedMessages  many[*canadaPostMessage] `xml:"messages>message"`
}

type canadaPostMessage struct {
	Code  text `xml:"code"`
	Words text `xml:"description"`
}

type canadaPostDetail struct {
	Number    text                   `xml:"pin"`
	Outbound  text                   `xml:"original-pin"`
	Expected  text                   `xml:"expected-delivery-date"`
	Changed   text                   `xml:"changed-expected-date"`
	ChangedBy text                   `xml:"changed-expected-delivery-reason"`
	Events    many[*canadaPostEvent] `xml:"significant-events>occurrence"`
}

type canadaPostEvent struct {
	Code     text `xml:"event-identifier"`
	Date     text `xml:"event-date"`
	Time     text `xml:"event-time"`
	Zone     text `xml:"event-time-zone"`
	Words    text `xml:"event-description"`
	SignedBy text `xml:"signatory-name"`
	City     text `xml:"event-site"`
	Province text `xml:"event-province"`
	Shop     text `xml:"event-retail-name"`
}

// canadaPostSummary has the newest event alone, and the kind of it in the place
// of its code.
type canadaPostSummary struct {
	Number   text `xml:"pin"`
	Expected text `xml:"expected-delivery-date"`
	Time     text `xml:"event-date-time"`
	Kind     text `xml:"event-type"`
	Words    text `xml:"event-description"`
	City     text `xml:"event-location"`
	SignedBy text `xml:"signatory-name"`
}

func readCanadaPost(r *reader) error {
	var answer canadaPostAnswer
	if err := r.xml(&answer); err != nil {
		return err
	}
	switch answer.XMLName.Local {
	case "tracking-detail":
		r.canadaPostDetail(&answer.canadaPostDetail)
	case "tracking-summary", "messages", "wrapper":
	default:
		return errNotThis
	}
	for _, m := range append(answer.Messages, answer.WrappedMessages...) {
		r.fail(canadaPostReason(m.Code.String(), m.Words.String()), "", "", m.Code.String(), m.Words.String())
	}
	for _, d := range answer.WrappedDetails {
		r.canadaPostDetail(d)
	}
	for _, s := range append(answer.Summaries, answer.WrappedSummaries...) {
		r.canadaPostSummary(s)
	}
	return nil
}

// canadaPostReason reads the codes of messages, which are in the language of
// the question.
func canadaPostReason(code, words string) Reason {
	switch code {
	case "004":
		return ReasonNotFound
	case "E002", "E003":
		return ReasonUnauthorized
	default:
		return refused(code, words)
	}
}

func (r *reader) canadaPostDetail(d *canadaPostDetail) {
	p := r.parcel("", d.Number.String())
	if d.Outbound != "" { // the parcel that this one brings back
		p.leg = schemas.LegReturn
	}
	p.forecast("expected-delivery-date", first(d.Changed, d.Expected), localDay)
	if d.Changed != "" {
		p.etaReason = d.ChangedBy.String()
	}
	for i, e := range d.Events {
		s := scan{code: e.Code.String(), words: e.Words.String(), signedBy: e.SignedBy.String()}
		s.place = canadaPostPlace(e.Shop.String(), e.City.String(), e.Province.String())
		var err error
		s.when, err = r.canadaPostTime(e, s.place)
		p.tell(fmt.Sprintf("occurrence[%d]", i), s, err)
	}
}

func (r *reader) canadaPostSummary(summary *canadaPostSummary) {
	p := r.parcel("", summary.Number.String())
	p.forecast("expected-delivery-date", summary.Expected.String(), localDay)
	s := scan{code: summary.Kind.String(), words: summary.Words.String(), signedBy: summary.SignedBy.String()}
	s.place = canadaPostPlace("", summary.City.String(), "")
	var err error
	s.when, err = r.when(summary.Time.String(), s.place, "20060102:150405", "20060102")
	p.tell("event-date-time", s, err)
}

// canadaPostPlace makes a place; abroad there is no province, and the site, if
// any, may be anywhere.
func canadaPostPlace(shop, city, province string) *schemas.Location {
	l := &schemas.Location{Name: shop, City: city, State: province}
	if province != "" {
		l.Country = "CA"
	}
	return l
}

// canadaPostTime reads a time. Of old parcels only the day is kept, with
// midnight and without a zone.
func (r *reader) canadaPostTime(e *canadaPostEvent, place *schemas.Location) (moment, error) {
	if e.Zone == "" && (e.Time == "" || e.Time == "00:00:00") {
		return r.when(e.Date.String(), place, localDay)
	}
	written := e.Date.String() + " " + e.Time.String()
	if zone := canadaPostZone(e.Zone.String(), place.State); zone != "" {
		return whenIn(zone, written)
	}
	return r.when(written, place)
}

// canadaPostZone gives the zone that an abbreviation names: EST is Eastern time,
// in summer too.
func canadaPostZone(abbreviation, province string) string {
	if abbreviation == "" {
		return ""
	}
	if province == "SK" { // has winter's time all the year
		return "America/Regina"
	}
	return map[byte]string{
		'N': "America/St_Johns", 'A': "America/Halifax", 'E': "America/Toronto", 'C': "America/Winnipeg", 'M': "America/Edmonton", 'P': "America/Vancouver",
	}[abbreviation[0]]
}

package dialects

import (
	"regexp"
	"strings"
)

// Sentences in which USPS tells of events. A detail is a list, as in "Sorting
// Complete, January 27, 2012, 8:03 am, DES MOINES, IA 50311", whose first part
// may have commas too; a summary is prose, as in "Your item was delivered at
// 2:16 pm on October 12, 2013 in BROOKLYN, NY 11201."
var (
	uspsDetail = regexp.MustCompile(`^(.+?), ([A-Z][a-z]+ \d{1,2}, \d{4})(?:, (\d{1,2}:\d{2} [AaPp][Mm]))?(?:, ([^,]+))?(?:, ([A-Z]{2})(?: (\d{5}(?:-\d{4})?))?)?\.?$`)
	uspsProse  = regexp.MustCompile(`^(.+?)(?: at (\d{1,2}:\d{2} [AaPp][Mm]))? on ([A-Z][a-z]+ \d{1,2}, \d{4})(?: in ([^,]+?)(?:, ([A-Z]{2})(?: (\d{5}(?:-\d{4})?))?)?)?\.`)
)

// uspsText tells the event of a sentence. One without a day says why there is
// none.
func (p *parcel) uspsText(where, sentence string) {
	sentence = strings.Join(strings.Fields(clip(sentence)), " ")
	s := scan{words: sentence}
	var day, clock string
	switch detail, prose := uspsDetail.FindStringSubmatch(sentence), uspsProse.FindStringSubmatch(sentence); {
	case detail != nil:
		s.words, day, clock = detail[1], detail[2], detail[3]
		s.place = uspsPlace(detail[4], detail[5], detail[6], "")
	case prose != nil:
		s.words, clock, day = prose[1], prose[2], prose[3]
		s.place = uspsPlace(prose[4], prose[5], prose[6], "")
	default:
		p.fail(refused("", sentence), "", sentence)
		return
	}
	var err error
	s.when, err = p.r.when(uspsWritten(day, clock), s.place, uspsMinute, uspsDay)
	p.tell(where, s, err)
}

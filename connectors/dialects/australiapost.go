package dialects

import (
	"fmt"
	"slices"
	"strings"

	"waybill/connectors/places"
	"waybill/schemas"
)

// Australia Post answers in JSON (Shipping and Tracking). A number may be that
// of an article or of a consignment of several. Events have words and no code,
// and their offset is that of the east of Australia wherever they happened.
var australiaPost = &Dialect{
	Name: "australia-post", Aliases: []string{"australiapost", "auspost"}, Carrier: "australia-post",
	marks: []mark{{"tracking_results", "tracking_results.tracking_id"}, {"errors", "errors.code", "errors.name", "errors.message"}},
	read:  readAustraliaPost,
}

type ausPostError struct {
	Code  text `json:"code"`
	Name  text `json:"name"`
	Words text `json:"message"`
}

type ausPostItem struct {
	Article     text               `json:"article_id"`
	Consignment text               `json:"consignment_id"`
	Items       many[*ausPostItem] `json:"items"`
	Events      many[*struct {
		Place text `json:"location"`
		Words text `json:"description"`
		Time  text `json:"date"`
	}] `json:"events"`
	Errors many[*ausPostError] `json:"errors"`
}

func readAustraliaPost(r *reader) error {
	var answer struct {
		Errors  many[*ausPostError] `json:"errors"`
		Results many[*struct {
			Number text                `json:"tracking_id"`
			Items  many[*ausPostItem]  `json:"trackable_items"`
			Errors many[*ausPostError] `json:"errors"`
		}] `json:"tracking_results"`
	}
	if err := r.json(&answer); err != nil {
		return err
	}
	if len(answer.Errors) == 0 && len(answer.Results) == 0 {
		return errNotThis
	}
	r.ausPostErrors("", answer.Errors)
	for _, result := range answer.Results {
		r.ausPostErrors(result.Number.String(), result.Errors)
		for _, item := range result.Items {
			r.ausPostItem(result.Number, item)
		}
		if len(result.Items) == 0 && len(result.Errors) == 0 {
			r.parcel("", result.Number.String()) // has no event, which finish says
		}
	}
	return nil
}

func (r *reader) ausPostErrors(number string, errors []*ausPostError) {
	for _, e := range errors {
		words := first(e.Words, e.Name)
		r.fail(ausPostReason(e.Code.String(), words), "", number, e.Code.String(), words)
	}
}

// ausPostReason reads the codes of Australia Post.
func ausPostReason(code, words string) Reason {
	switch code {
	case "ESB-10001":
		return ReasonInvalidNumber
	case "ESB-10002": // not trackable, so far
		return ReasonNotFound
	case "API_001":
		return ReasonUnauthorized
	case "API_002":
		return ReasonRateLimited
	default:
		return refused(code, words)
	}
}

// ausPostItem tells of an article, or of each of a consignment.
func (r *reader) ausPostItem(asked text, item *ausPostItem) {
	r.ausPostErrors(first(item.Article, item.Consignment, asked), item.Errors)
	for _, article := range item.Items {
		r.ausPostItem(asked, article)
	}
	if len(item.Items) > 0 {
		return
	}
	p := r.parcel("", first(item.Article, item.Consignment, asked))
	for i, e := range item.Events {
		s := scan{words: e.Words.String(), place: ausPostPlace(e.Place.String())}
		var err error
		s.when, err = r.when(e.Time.String(), s.place)
		p.tell(fmt.Sprintf("events[%d]", i), s, err)
	}
}

// ausPostPlace reads a place: a suburb and its state, "CHICAGO (US)", "US-60199,
// UNITED STATES", the letters of a country, or something that is none.
func ausPostPlace(written string) *schemas.Location {
	name, state := written, ""
	if blank := strings.LastIndexByte(written, ' '); blank > 0 {
		name, state = written[:blank], written[blank+1:]
	}
	switch {
	case slices.Contains(strings.Fields("ACT NSW NT QLD SA TAS VIC WA"), state):
		return &schemas.Location{City: name, State: state, Country: "AU"}
	case strings.HasPrefix(state, "(") && strings.HasSuffix(state, ")"):
		return &schemas.Location{City: name, Country: places.Country(strings.Trim(state, "()"))}
	case isCountry(written):
		return &schemas.Location{Country: places.Country(written)}
	}
	if comma := strings.LastIndexByte(written, ','); comma > 0 {
		if country := places.Country(written[comma+1:]); len(country) == len("US") {
			return &schemas.Location{Name: written[:comma], Country: country}
		}
	}
	return &schemas.Location{Name: written}
}

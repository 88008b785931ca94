package dialects

import (
	"strings"

	"waybill/schemas"
)

// royalMail is the JSON of Royal Mail's Tracking API: events, signature and
// summary, of one item or of several. Of an item's two numbers the barcode that
// people read (S10) is the parcel's; the unique item id serves where there is no
// other.
var royalMail = &Dialect{
	Name: "royal-mail", Aliases: []string{"royalmail", "rm"}, Carrier: "royal-mail", Zone: "Europe/London",
	marks: []mark{{"mailPieces"}, {"errors.errorCode", "httpCode"}, {"errors.errorCode", "httpMessage"}},
	read:  readRoyalMail,
}

type royalMailPiece struct {
	ID      text `json:"mailPieceId"`
	Summary struct {
		Item     text `json:"uniqueItemId"`
		Barcode  text `json:"oneDBarcode"`
		Category text `json:"statusCategory"`
		Code     text `json:"lastEventCode"`
		Words    text `json:"lastEventName"`
		When     text `json:"lastEventDateTime"`
		Place    text `json:"lastEventLocationName"`
	} `json:"summary"`
	Signature struct {
		Name text `json:"recipientName"`
	} `json:"signature"`
	Estimate struct {
		Day text `json:"date"`
		End text `json:"endOfEstimatedWindow"`
	} `json:"estimatedDelivery"`
	Events many[struct {
		Code  text `json:"eventCode"`
		Words text `json:"eventName"`
		When  text `json:"eventDateTime"`
		Place text `json:"locationName"`
	}] `json:"events"`
	Error *royalMailError `json:"error"`
}

type royalMailError struct {
	Code  text `json:"errorCode"`
	Words text `json:"errorDescription"`
	Cause text `json:"errorCause"`
}

func readRoyalMail(r *reader) error {
	var answer struct {
		Pieces  many[royalMailPiece] `json:"mailPieces"`
		Errors  many[royalMailError] `json:"errors"`
		Status  text                 `json:"httpCode"`
		Message text                 `json:"httpMessage"`
	}
	if err := r.json(&answer); err != nil {
		return err
	}
	if len(answer.Pieces) == 0 && len(answer.Errors) == 0 && answer.Status == "" {
		return errNotThis
	}
	for _, e := range answer.Errors {
		r.fail(e.reason(answer.Status.String()), "", "", e.Code.String(), first(e.Words, e.Cause))
	}
	if len(answer.Pieces) == 0 && len(answer.Errors) == 0 {
		r.fail(httpReason(answer.Status.String()), "", "", answer.Status.String(), answer.Message.String())
	}
	for i := range answer.Pieces {
		r.royalMail(&answer.Pieces[i])
	}
	return nil
}

// reason reads the code of an error, the HTTP status beside it, or its words.
func (e *royalMailError) reason(status string) Reason {
	if e.Code == "E1142" {
		return ReasonNotFound
	}
	return refused(status, e.Words.String()+" "+e.Cause.String())
}

// number gives the number that was asked about, where the item has it, or else
// the barcode, or else the item's id.
func (m *royalMailPiece) number(asked string) string {
	for _, of := range []text{m.Summary.Barcode, m.ID, m.Summary.Item} {
		if asked != "" && strings.EqualFold(of.String(), asked) {
			return asked
		}
	}
	return first(m.Summary.Barcode, m.ID, m.Summary.Item)
}

func (r *reader) royalMail(m *royalMailPiece) {
	p := r.parcel("", m.number(r.Number))
	if m.Error != nil {
		p.fail(m.Error.reason(""), m.Error.Code.String(), first(m.Error.Words, m.Error.Cause))
	}
	p.signedBy = m.Signature.Name.String()
	p.window("estimatedDelivery", m.Estimate.Day.String(), m.Estimate.End.String())
	told := false
	for i, e := range m.Events {
		told = told || e.Code == m.Summary.Code && e.When == m.Summary.When
		p.royalMail(at("events", i), "", e.Code, e.Words, e.Place, e.When)
	}
	if last := m.Summary; !told && last.Code != "" {
		p.royalMail("summary", last.Category, last.Code, last.Words, last.Place, last.When)
	}
}

func (p *parcel) royalMail(where string, status, code, words, place, when text) {
	s := scan{code: code.String(), status: status.String(), words: words.String(), place: &schemas.Location{Name: place.String()}}
	var err error
	s.when, err = p.r.when(when.String(), nil)
	p.tell(where, s, err)
}

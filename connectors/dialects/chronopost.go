package dialects

import (
	"encoding/xml"
	"strings"

	"waybill/schemas"
)

// chronopost is the SOAP of Chronopost's tracking (trackSkybill and
// trackSkybillV2).
var chronopost = &Dialect{
	Name: "chronopost", Aliases: []string{"chronopost-france"}, Carrier: "chronopost", Zone: "Europe/Paris",
	marks: []mark{{"Envelope.Body.trackSkybillV2Response"}, {"Envelope.Body.trackSkybillResponse"}},
	read:  readChronopost,
}

type chronopostReturn struct {
	Code  text               `xml:"errorCode"`
	Words text               `xml:"errorMessage"`
	V2    *chronopostSkybill `xml:"listEventInfoComp"`
	V1    *chronopostSkybill `xml:"listEvents"`
}

type chronopostSkybill struct {
	Number text `xml:"skybillNumber"`
	Events many[struct {
		Code    text `xml:"code"`
		When    text `xml:"eventDate"`
		Words   text `xml:"eventLabel"`
		Office  text `xml:"officeLabel"`
		Postal  text `xml:"zipCode"`
		Details many[struct {
			Name  text `xml:"name"`
			Value text `xml:"value"`
		}] `xml:"infoCompList"`
	}] `xml:"events"`
}

func readChronopost(r *reader) error {
	var answer struct {
		XMLName xml.Name
		V2      *chronopostReturn `xml:"Body>trackSkybillV2Response>return"`
		V1      *chronopostReturn `xml:"Body>trackSkybillResponse>return"`
		Fault   *soapFault        `xml:"Body>Fault"`
	}
	if err := r.xml(&answer); err != nil {
		return err
	}
	told := answer.V2
	if told == nil {
		told = answer.V1
	}
	switch {
	case answer.Fault != nil:
		r.fail(ReasonUnavailable, "", "", first(answer.Fault.Code, answer.Fault.Code2), first(answer.Fault.Words, answer.Fault.Words2))
		return nil
	case told == nil:
		return errNotThis
	case told.Code != "" && told.Code != "0":
		r.fail(chronopostReason(told.Code.String(), told.Words.String()), "", "", told.Code.String(), told.Words.String())
	}
	for _, skybill := range []*chronopostSkybill{told.V2, told.V1} {
		if skybill != nil && (skybill.Number != "" || len(skybill.Events) > 0) {
			r.chronopost(skybill)
		}
	}
	return nil
}

// chronopostReason reads the error codes.
func chronopostReason(code, words string) Reason {
	switch code {
	case "1":
		return ReasonUnavailable
	case "2":
		return ReasonNotFound
	default:
		return refused("", words)
	}
}

func (r *reader) chronopost(skybill *chronopostSkybill) {
	p := r.parcel("", skybill.Number.String())
	for i := range skybill.Events {
		e := &skybill.Events[i]
		s := scan{code: e.Code.String(), words: e.Words.String()}
		s.place = &schemas.Location{Name: e.Office.String(), PostalCode: e.Postal.String()}
		for _, d := range e.Details {
			if name := strings.ToLower(d.Name.String()); strings.HasPrefix(name, "consignee") || strings.HasPrefix(name, "nom du destinataire") {
				s.signedBy = d.Value.String()
			}
		}
		var err error
		s.when, err = r.when(e.When.String(), nil)
		p.tell(at("events", i), s, err)
	}
}

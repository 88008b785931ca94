package dialects

import (
	"encoding/xml"
	"strings"
)

// dhlPoland is the SOAP of DHL Poland's service DHL24
// (getTrackAndTraceInfo), with its envelope or without.
var dhlPoland = &Dialect{
	Name: "dhl-poland", Aliases: []string{"dhl24", "dhl-pl"}, Carrier: "dhl-poland", Zone: "Europe/Warsaw",
	marks: []mark{{"getTrackAndTraceInfoResponse"}, {"Envelope.Body.getTrackAndTraceInfoResponse"}},
	read:  readDHLPoland,
}

type dhlPolandInfo struct {
	Number     text `xml:"shipmentId"`
	ReceivedBy text `xml:"receivedBy"`
	Events     many[struct {
		Status   text `xml:"status"`
		Words    text `xml:"description"`
		Terminal text `xml:"terminal"`
		When     text `xml:"timestamp"`
	}] `xml:"events>item"`
}

// soapFault is how SOAP says that it failed, in its two versions.
type soapFault struct {
	Code   text `xml:"faultcode"`
	Words  text `xml:"faultstring"`
	Code2  text `xml:"Code>Value"`
	Words2 text `xml:"Reason>Text"`
}

func readDHLPoland(r *reader) error {
	var answer struct {
		XMLName xml.Name
		Bare    *dhlPolandInfo `xml:"getTrackAndTraceInfoResult"`
		InSOAP  *dhlPolandInfo `xml:"Body>getTrackAndTraceInfoResponse>getTrackAndTraceInfoResult"`
		Fault   *soapFault     `xml:"Body>Fault"`
	}
	if err := r.xml(&answer); err != nil {
		return err
	}
	info := answer.Bare
	if answer.InSOAP != nil {
		info = answer.InSOAP
	}
	switch {
	case answer.Fault != nil:
		code, words := first(answer.Fault.Code, answer.Fault.Code2), first(answer.Fault.Words, answer.Fault.Words2)
		r.fail(dhlPolandReason(code, words), "", "", code, words)
		return nil
	case info == nil:
		return errNotThis
	}
	p := r.parcel("", info.Number.String())
	p.signedBy = info.ReceivedBy.String()
	for i := range info.Events {
		e := &info.Events[i]
		s := scan{code: e.Status.String(), words: e.Words.String(), place: place(e.Terminal.String(), "")}
		var err error
		s.when, err = r.when(e.When.String(), nil)
		p.tell(at("events.item", i), s, err)
	}
	return nil
}

// dhlPolandReason reads a fault. Beside wrong credentials (100) only its words
// say what it is.
func dhlPolandReason(code, words string) Reason {
	words = strings.ToLower(words)
	switch {
	case code == "100":
		return ReasonUnauthorized
	case strings.Contains(words, "nie znaleziono"), strings.Contains(words, "nie istnieje"):
		return ReasonNotFound
	case strings.HasSuffix(code, "Server"), strings.HasSuffix(code, "Receiver"):
		return ReasonUnavailable
	default:
		return refused("", words)
	}
}

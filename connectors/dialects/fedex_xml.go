package dialects

import (
	"encoding/xml"
	"fmt"
)

// fedexReply is the TrackReply of FedEx's SOAP services. Up to version 6 its
// details stand at the top, from 7 on they are grouped by number.
type fedexReply struct {
	Notes     many[*fedexNote]   `xml:"Notifications"`
	Details   many[*fedexDetail] `xml:"TrackDetails"`
	Completed many[*struct {
		Notes   many[*fedexNote]   `xml:"Notifications"`
		Details many[*fedexDetail] `xml:"TrackDetails"`
	}] `xml:"CompletedTrackDetails"`
}

type fedexNote struct {
	Severity text `xml:"Severity"`
	Code     text `xml:"Code"`
	Words    text `xml:"Message"`
}

func (n *fedexNote) refuses() bool {
	return n.Severity == "ERROR" || n.Severity == "FAILURE"
}

type fedexDetail struct {
	Notes     many[*fedexNote]     `xml:"Notification"`
	Number    text                 `xml:"TrackingNumber"`
	Status    text                 `xml:"StatusDetail>Code"`
	Words     text                 `xml:"StatusDetail>Description"`
	OldStatus text                 `xml:"StatusCode"`
	OldWords  text                 `xml:"StatusDescription"`
	Delivered text                 `xml:"ActualDeliveryTimestamp"`
	Address   *fedexAddress        `xml:"ActualDeliveryAddress"`
	ETA       text                 `xml:"EstimatedDeliveryTimestamp"`
	SignedBy  text                 `xml:"DeliverySignatureName"`
	Events    many[*fedexEventXML] `xml:"Events"`
}

type fedexEventXML struct {
	Time      text          `xml:"Timestamp"`
	Code      text          `xml:"EventType"`
	Words     text          `xml:"EventDescription"`
	Exception text          `xml:"StatusExceptionDescription"`
	Place     *fedexAddress `xml:"Address"`
}

func (r *reader) fedexXML() error {
	var answer struct {
		XMLName xml.Name
		fedexReply

		Reply *fedexReply `xml:"Body>TrackReply"`
		Fault *struct {
			Code  text `xml:"faultcode"`
			Words text `xml:"faultstring"`
		} `xml:"Body>Fault"`
	}
	if err := r.xml(&answer); err != nil {
		return err
	}
	switch {
	case answer.Reply != nil:
		r.fedexReply(answer.Reply)
	case answer.Fault != nil:
		r.fail(refused("", answer.Fault.Words.String()), "", "", answer.Fault.Code.String(), answer.Fault.Words.String())
	case answer.XMLName.Local == "TrackReply":
		r.fedexReply(&answer.fedexReply)
	default:
		return errNotThis
	}
	return nil
}

func (r *reader) fedexReply(reply *fedexReply) {
	r.fedexNotes(reply.Notes)
	for _, d := range reply.Details {
		r.fedexDetail(d)
	}
	for _, c := range reply.Completed {
		r.fedexNotes(c.Notes)
		for _, d := range c.Details {
			r.fedexDetail(d)
		}
		if len(c.Details) == 0 {
			r.parcel("", "") // has no event, which finish says unless a note did
		}
	}
}

func (r *reader) fedexNotes(notes []*fedexNote) {
	for _, n := range notes {
		if n.refuses() {
			r.fail(fedexReason(n.Code.String(), n.Words.String()), "", "", n.Code.String(), n.Words.String())
		}
	}
}

func (r *reader) fedexDetail(d *fedexDetail) {
	p := r.parcel("", d.Number.String())
	for _, n := range d.Notes {
		if n.refuses() {
			p.fail(fedexReason(n.Code.String(), n.Words.String()), n.Code.String(), n.Words.String())
		}
	}
	p.signedBy = fedexSigner(d.SignedBy.String())
	p.fedexForecast("EstimatedDeliveryTimestamp", d.ETA.String())
	for i, e := range d.Events {
		p.fedexEvent(fmt.Sprintf("Events[%d]", i), &fedexEvent{Time: e.Time, Code: e.Code, Words: e.Words, Exception: e.Exception, Place: e.Place})
	}
	if code := first(d.Status, d.OldStatus); len(d.Events) == 0 && code == "DL" && d.Delivered != "" {
		p.fedexEvent("StatusDetail", &fedexEvent{Time: d.Delivered, Code: text(code), Words: text(first(d.Words, d.OldWords)), Place: d.Address})
	}
}

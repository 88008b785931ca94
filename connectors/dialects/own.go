package dialects

import (
	"bytes"
	"errors"
	"fmt"
	"sync"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"waybill/schemas"
)

// own are the dialects in which producers tell us in our own words.
func own() []*Dialect {
	return []*Dialect{waybill}
}

// waybill is our own JSON: one carrier event with the fields of the topic
// carrier-events, a list of them, or one a line (NDJSON). What it says of code,
// status and source is kept. A field that an event does not have is a failure of
// that event, for it is most likely a misspelt one.
var waybill = &Dialect{
	Name: "waybill", Aliases: []string{"waybill-json", "ndjson", "own"},
	marks: []mark{{"carrier", "tracking_number", "occurred_at"}},
	read:  readWaybill,
}

// carrierEvents is the codec of carrier events. It is made from this build's
// schemas, when it is first needed, and does not change.
var carrierEvents = sync.OnceValues(func() (*schemas.Codec[schemas.CarrierEvent], error) {
	codecs, err := schemas.NewCodecs()
	if err != nil {
		return nil, err
	}
	return codecs.CarrierEvent, nil
})

func readWaybill(r *reader) error {
	codec, err := carrierEvents()
	if err != nil {
		return err
	}
	own := &ownReader{reader: r, codec: codec}
	payload := jsontext.Value(bytes.TrimSpace(bytes.TrimPrefix(bytes.TrimSpace(r.payload), []byte("\ufeff"))))
	switch {
	case len(payload) == 0:
		return errors.New("it is empty")
	case isXML(payload):
		return errNotThis
	case payload.Kind() == '[':
		err = own.list(payload)
	case payload.IsValid(loosely):
		own.event("", payload)
	default:
		err = own.lines(payload)
	}
	if err == nil && !own.known {
		err = errNotThis
	}
	return err
}

// loosely is how our own JSON is taken apart; the codec is strict about what is
// in it.
var loosely = json.JoinOptions(jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))

// ownReader reads our own events.
type ownReader struct {
	*reader

	codec *schemas.Codec[schemas.CarrierEvent]
	count int
	known bool // something of an event was there
}

// list reads the members of a list.
func (o *ownReader) list(payload jsontext.Value) error {
	if err := checkDepth(payload); err != nil {
		return err
	}
	d := jsontext.NewDecoder(bytes.NewReader(payload), loosely)
	if _, err := d.ReadToken(); err != nil {
		return fmt.Errorf("it is not JSON: %w", err)
	}
	for i := 0; d.PeekKind() != ']'; i++ {
		event, err := d.ReadValue()
		if err != nil {
			return fmt.Errorf("it is not JSON: %w", err)
		}
		o.event(fmt.Sprintf("[%d]", i), event)
	}
	return nil
}

// lines reads one event a line. A line that is not JSON costs itself alone,
// unless it is the only one.
func (o *ownReader) lines(payload []byte) error {
	number := 0
	for line := range bytes.Lines(payload) {
		number++
		if len(line) == len(payload) {
			return errors.New("it is not JSON")
		}
		if line = bytes.TrimSpace(line); len(line) > 0 {
			o.event(fmt.Sprintf("line %d", number), line)
		}
	}
	return nil
}

// event reads one event, which stands at where.
func (o *ownReader) event(where string, written jsontext.Value) {
	var has struct {
		Carrier jsontext.Value `json:"carrier"`
		Number  jsontext.Value `json:"tracking_number"`
		When    jsontext.Value `json:"occurred_at"`
		Kind    jsontext.Value `json:"source_kind"`
	}
	switch o.count++; {
	case o.count == maxAllEvents+1:
		o.misread(where, fmt.Errorf("a payload may tell %d events; those from here on are left out", maxAllEvents))
		return
	case o.count > maxAllEvents:
		return
	}
	_ = json.Unmarshal(written, &has, loosely) // the codec says what is wrong
	o.known = o.known || has.Carrier != nil || has.Number != nil || has.When != nil
	e, err := o.decode(written)
	if err != nil {
		o.misread(where, err)
		return
	}
	if e.Source == "" {
		e.Source = o.source
	}
	if has.Kind == nil && o.Way != Push {
		e.SourceKind = o.kind()
	}
	if e.ReceivedAt == nil {
		e.ReceivedAt = o.at
	}
	o.out.Events = append(o.out.Events, *e)
}

// decode reads an event that can be published.
func (o *ownReader) decode(written jsontext.Value) (*schemas.CarrierEvent, error) {
	if err := checkDepth(written); err != nil {
		return nil, err
	}
	e, err := o.codec.Decode(written)
	if err != nil {
		return nil, err
	}
	e.Carrier = o.Carriers.Canonical(e.Carrier)
	if err := o.checkKey(e.Carrier, e.TrackingNumber); err != nil {
		return nil, err
	}
	return e, schemas.CheckTime(e.OccurredAt)
}

func (o *ownReader) misread(where string, err error) {
	o.failed(Failure{Reason: ReasonBadEvent, Description: clip(err.Error()), Where: where})
}

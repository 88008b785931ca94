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
	if err := checkDepth(r.payload); err != nil {
		return err
	}
	if isXML(r.payload) {
		return errNotThis
	}
	payload := bytes.TrimPrefix(bytes.TrimSpace(r.payload), []byte("\ufeff"))
	switch {
	case len(payload) == 0:
		return errors.New("it is empty")
	case jsontext.Value(payload).Kind() == '[':
		var list []jsontext.Value
		if err := json.Unmarshal(payload, &list, jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true)); err != nil {
			return fmt.Errorf("it is not JSON: %w", err)
		}
		return r.ownEvents(func(i int) string { return fmt.Sprintf("[%d]", i) }, list)
	case jsontext.Value(payload).IsValid(jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true)):
		return r.ownEvents(func(int) string { return "" }, []jsontext.Value{payload})
	default:
		return r.ownLines(payload)
	}
}

// ownLines reads one event a line. A line that is not JSON costs itself, and all
// lines if none is.
func (r *reader) ownLines(payload []byte) error {
	var lines []jsontext.Value
	for line := range bytes.Lines(payload) {
		lines = append(lines, bytes.TrimSpace(line))
	}
	if len(lines) == 1 {
		return errors.New("it is not JSON")
	}
	return r.ownEvents(func(i int) string { return fmt.Sprintf("line %d", i+1) }, lines)
}

// ownEvents reads events. where names each by its position.
func (r *reader) ownEvents(where func(i int) string, events []jsontext.Value) error {
	codec, err := carrierEvents()
	if err != nil {
		return err
	}
	known := false
	for i, event := range events {
		if len(event) == 0 {
			continue
		}
		known = r.ownEvent(codec, where(i), event) || known
	}
	if !known && len(events) > 0 {
		return errNotThis
	}
	return nil
}

// ownEvent reads one event, and says whether it has anything of one.
func (r *reader) ownEvent(codec *schemas.Codec[schemas.CarrierEvent], where string, event jsontext.Value) bool {
	var has struct {
		Carrier jsontext.Value `json:"carrier"`
		Number  jsontext.Value `json:"tracking_number"`
		When    jsontext.Value `json:"occurred_at"`
		Kind    jsontext.Value `json:"source_kind"`
	}
	_ = json.Unmarshal(event, &has, jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true)) // the codec says what is wrong
	e, err := codec.Decode(event)
	if err == nil {
		e.Carrier = r.Carriers.Canonical(e.Carrier)
		_, err = schemas.ShipmentKey(e.Carrier, e.TrackingNumber)
	}
	if err == nil {
		err = checkYear(e.OccurredAt)
	}
	if err != nil {
		r.failed(Failure{Reason: ReasonBadEvent, Description: clip(err.Error()), Where: where})
		return has.Carrier != nil || has.Number != nil || has.When != nil
	}
	if e.Source == "" {
		e.Source = r.dialect.Name + "-" + string(r.Way)
	}
	if has.Kind == nil && r.Way != Push {
		e.SourceKind = r.kind()
	}
	if e.ReceivedAt == nil {
		received := r.Received
		e.ReceivedAt = &received
	}
	r.out.Events = append(r.out.Events, *e)
	return true
}

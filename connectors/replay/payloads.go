package replay

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"waybill/connectors/dialects"
)

// envelope is a payload with where it came from and when, as `waybill simulate
// --shape` writes it. A payload that is no JSON is a text in it.
type envelope struct {
	Source     string          `json:"source"`
	ReceivedAt *time.Time      `json:"received_at"`
	Payload    json.RawMessage `json:"payload"`
}

// loadPayloads reads payloads: an XML document, or JSON. Of JSON each line is a
// payload where the first line is a whole value and others follow; else the
// input is one value. A list that is no payload in itself is one of payloads.
func (l *loader) loadPayloads(text *bufio.Reader) error {
	head, err := text.Peek(text.Size())
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	if bytes.HasPrefix(head, []byte("\xff\xfe")) || bytes.HasPrefix(head, []byte("\xfe\xff")) {
		return errors.New("it is UTF-16; convert it to UTF-8 first")
	}
	if isLines(head) {
		return l.loadLines(text)
	}
	whole, err := io.ReadAll(io.LimitReader(text, dialects.MaxPayloadBytes+1))
	if err != nil {
		return err
	}
	trimmed := bytes.TrimSpace(whole)
	switch {
	case len(trimmed) == 0:
		return errors.New("it is empty")
	case isLines(whole): // of which the first was longer than the head
		return l.loadLines(bufio.NewReader(io.MultiReader(bytes.NewReader(whole), text)))
	case trimmed[0] != '[':
		return l.payload(1, whole)
	case len(whole) <= dialects.MaxPayloadBytes:
		if _, err := l.read(l.Dialect, whole, time.Time{}); err == nil || !anotherDialect(err) {
			return l.payload(1, whole)
		}
	}
	return l.loadList(io.MultiReader(bytes.NewReader(whole), text))
}

// isLines tells whether an input that begins so has a payload a line.
func isLines(head []byte) bool {
	head = bytes.TrimLeft(head, " \t\r\n")
	if len(head) == 0 || head[0] == '<' {
		return false
	}
	line, rest, more := bytes.Cut(head, []byte("\n"))
	return more && len(bytes.TrimSpace(rest)) > 0 && jsontext.Value(bytes.TrimSpace(line)).IsValid(jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
}

func (l *loader) loadLines(text *bufio.Reader) error {
	for number := 1; ; number++ {
		data, tooLong, err := readLine(text, dialects.MaxPayloadBytes)
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
		case tooLong:
			err = l.add(number, nil, nil, fmt.Errorf("the line is longer than %d bytes", dialects.MaxPayloadBytes))
		case len(data) > 0:
			err = l.payload(number, data)
		}
		if err != nil {
			return err
		}
	}
}

// loadList reads a list of payloads one by one, so that it may be of any length.
// The number of a payload is that in the list.
func (l *loader) loadList(text io.Reader) error {
	d := jsontext.NewDecoder(text, jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	if _, err := d.ReadToken(); err != nil {
		return err
	}
	for number := 1; d.PeekKind() != ']'; number++ {
		value, err := d.ReadValue()
		if err != nil {
			return fmt.Errorf("payload %d of the list, and all after it: %w", number, err)
		}
		if err := l.payload(number, slices.Clone(value)); err != nil {
			return err
		}
	}
	return nil
}

// payload reads one payload, or one of Waybill's own records among them, and
// hands on what came of it.
func (l *loader) payload(line int, data []byte) error {
	if bytes.HasPrefix(data, []byte(`{"topic":`)) {
		record, err := l.parseLine(data)
		return l.add(line, data, []Record{record}, err)
	}
	dialect, at := l.Dialect, time.Time{}
	if e, ok := unwrap(data); ok {
		dialect, at, data = e.Source, *e.ReceivedAt, e.Payload
	}
	reading, err := l.read(dialect, data, at)
	if err != nil {
		return l.add(line, data, nil, err)
	}
	row := &Row{}
	for i := range reading.Events {
		e := &reading.Events[i]
		record := Record{Arrival: *e.ReceivedAt, Event: e}
		if _, record.Key, err = canonicalKey(l.Carriers, e.Carrier, e.TrackingNumber); err == nil {
			err = l.check([]Record{record})
		}
		if err != nil {
			row.Refused = append(row.Refused, Refusal{File: l.file, Line: line, Problem: err.Error()})
			continue
		}
		row.Records = append(row.Records, record)
	}
	for _, f := range reading.Failures {
		if f.Reason == dialects.ReasonBadEvent {
			row.Refused = append(row.Refused, Refusal{File: l.file, Line: line, Column: f.Where, Value: f.RawCode, Problem: f.Description})
			continue
		}
		row.Failures = append(row.Failures, f)
	}
	if len(row.Refused) > 0 {
		row.Text = data
	}
	return l.each(row)
}

// read parses a payload that came in at a time; without one it came in at that
// of the options.
func (l *loader) read(dialect string, payload []byte, at time.Time) (*dialects.Reading, error) {
	if at.IsZero() {
		at = l.Arrival
	}
	if at.IsZero() {
		return nil, errors.New("neither the payload nor anything else says when it came in")
	}
	return dialects.Parse(dialect, payload, dialects.Options{Received: at.UTC().Truncate(time.Millisecond), Way: dialects.File, Carriers: l.Carriers})
}

// anotherDialect tells whether a payload is not in the dialect, or in none.
func anotherDialect(err error) bool {
	wrong, ok := errors.AsType[*dialects.PayloadError](err)
	return ok && wrong.Kind != dialects.Malformed
}

// unwrap takes a payload out of its envelope, if it is in one.
func unwrap(data []byte) (*envelope, bool) {
	var e envelope
	if !bytes.Contains(data, []byte(`"received_at"`)) || json.Unmarshal(data, &e) != nil || e.Source == "" || e.ReceivedAt == nil || len(e.Payload) == 0 {
		return nil, false
	}
	var text string
	if json.Unmarshal(e.Payload, &text) == nil {
		e.Payload = json.RawMessage(text)
	}
	return &e, true
}

package replay

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"waybill/schemas"
)

// line is the NDJSON form of a record: the logical topic, the time of arrival,
// and the value in the JSON form that the topic itself takes. Without an
// arrival, the time at which the value says it was received counts, else that
// of the options.
type line struct {
	Topic   string          `json:"topic"`
	Arrival *time.Time      `json:"arrival,omitempty"`
	Value   json.RawMessage `json:"value"`
}

// told is a line to be written.
type told struct {
	Topic   string    `json:"topic"`
	Arrival time.Time `json:"arrival"`
	Value   any       `json:"value"`
}

// maxLine bounds a line; the JSON form of a record is longer than the binary.
const maxLine = 2 * schemas.MaxRecordBytes

// WriteNDJSON writes records so that Load reads them again.
func WriteNDJSON(w io.Writer, records []Record) error {
	e := json.NewEncoder(w)
	for i, r := range records {
		out := told{Topic: r.Topic(), Arrival: r.Arrival, Value: r.Event}
		if r.Registration != nil {
			out.Value = r.Registration
		}
		if err := e.Encode(&out); err != nil {
			return fmt.Errorf("writing record %d as NDJSON: %w", i+1, err)
		}
	}
	return nil
}

func (l *loader) loadNDJSON(text *bufio.Reader) error {
	for number := 1; ; number++ {
		data, tooLong, err := readLine(text, maxLine)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		switch {
		case tooLong:
			err = l.add(number, nil, nil, fmt.Errorf("the line is longer than %d bytes", maxLine))
		case len(data) > 0:
			record, problem := l.parseLine(data)
			err = l.add(number, data, []Record{record}, problem)
		}
		if err != nil {
			return err
		}
	}
}

// readLine reads a line without its end and the blanks around it. Of a line
// that is too long the rest is read and dropped. The error is io.EOF when there
// is no line any more.
func readLine(r *bufio.Reader, limit int) (data []byte, tooLong bool, err error) {
	for {
		part, err := r.ReadSlice('\n')
		if len(data)+len(part) <= limit {
			data = append(data, part...)
		} else {
			tooLong = true
		}
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
		case errors.Is(err, io.EOF) && len(data) > 0, err == nil:
			return bytes.TrimSpace(data), tooLong, nil
		default:
			return nil, false, err
		}
	}
}

func (l *loader) parseLine(data []byte) (Record, error) {
	var in line
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(&in); err != nil {
		return Record{}, fmt.Errorf(`the line is no {"topic": ..., "arrival": ..., "value": {...}}: %w`, err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return Record{}, errors.New("text follows the end of the object")
	}
	var r Record
	var received *time.Time
	var carrier, number string
	var err error
	switch in.Topic {
	case schemas.TopicRegistrations:
		if r.Registration, err = l.Codecs.Registration.Decode(in.Value); err != nil {
			return Record{}, err
		}
		if l.Tenant != "" {
			r.Registration.Tenant = l.Tenant
		}
		carrier, number, received = r.Registration.Carrier, r.Registration.TrackingNumber, r.Registration.RegisteredAt
	case schemas.TopicCarrierEvents:
		if r.Event, err = l.Codecs.CarrierEvent.Decode(in.Value); err != nil {
			return Record{}, err
		}
		carrier, number, received = r.Event.Carrier, r.Event.TrackingNumber, r.Event.ReceivedAt
	default:
		return Record{}, fmt.Errorf("the topic is %q; %s or %s is wanted", in.Topic, schemas.TopicRegistrations, schemas.TopicCarrierEvents)
	}
	if in.Arrival == nil {
		in.Arrival = received
	}
	if in.Arrival == nil && !l.Arrival.IsZero() {
		in.Arrival = &l.Arrival
	}
	if in.Arrival == nil {
		return Record{}, errors.New("neither arrival nor the value says when the record came in")
	}
	r.Arrival = in.Arrival.UTC().Truncate(time.Millisecond)
	_, r.Key, err = canonicalKey(l.Carriers, carrier, number)
	return r, err
}

package replay

import (
	"bufio"
	"errors"
	"fmt"
	"time"

	"waybill/connectors/carriers"
	"waybill/connectors/dialects"
	"waybill/schemas"
)

// LoadOptions says how to read files.
type LoadOptions struct {
	// Map reads CSV files. Nil: the files are NDJSON of Waybill's own records, or
	// payloads.
	Map *Map
	// Dialect reads payloads of carriers and platforms (connectors/dialects);
	// dialects.Auto tells it from each payload. Empty: the files hold none.
	Dialect string
	// Carriers makes names of carriers canonical. Required.
	Carriers *carriers.Table
	// Codecs checks records. Required.
	Codecs *schemas.Codecs
	// Tenant replaces the tenant of every registration. Empty: as the map or
	// the record says.
	Tenant string
	// Arrival is that of lines and payloads that do not say when they came in: for
	// a live deployment they come in now. Zero: they are refused.
	Arrival time.Time
}

// Load reads all inputs into one batch. A row that cannot be read is refused
// and listed in the batch; an error means that an input as a whole cannot be
// read, or lacks columns that the map names.
func Load(o LoadOptions, inputs ...Input) (*Batch, error) {
	b := &Batch{}
	err := Read(o, func(r *Row) error {
		b.Rows++
		b.Records = append(b.Records, r.Records...)
		b.Refused = append(b.Refused, r.Refused...)
		b.Failures = append(b.Failures, r.Failures...)
		return nil
	}, inputs...)
	if err != nil {
		return nil, err
	}
	Order(b.Records)
	return b, nil
}

// Row is what one row, line or payload of an input gave.
type Row struct {
	// Records in the order of their arrival.
	Records []Record
	// Refused says what of it gave no record, and why.
	Refused []Refusal
	// Failures are what the source of a payload could not tell: no record is
	// missing for them.
	Failures []dialects.Failure
	// Text is the line or the payload, where something of it was refused; nil for
	// rows of CSV.
	Text []byte
}

// Read reads all inputs, in their order, and hands on each row as it is read; an
// error of each ends it. An error means besides that an input as a whole, or the
// rest of it, cannot be read, or lacks columns that the map names.
func Read(o LoadOptions, each func(*Row) error, inputs ...Input) error {
	if o.Carriers == nil || o.Codecs == nil {
		return errors.New("loading files: the carrier table or the codecs are missing")
	}
	for _, in := range inputs {
		l := &loader{LoadOptions: o, file: in.Name, each: each}
		if err := in.read(l.load); err != nil {
			return err
		}
	}
	return nil
}

// loader reads one input.
type loader struct {
	LoadOptions

	file string
	each func(*Row) error
}

func (l *loader) load(text *bufio.Reader) error {
	switch {
	case l.Dialect != "":
		return l.loadPayloads(text)
	case l.Map != nil:
		return l.loadCSV(text)
	default:
		return l.loadNDJSON(text)
	}
}

// add hands on the records of one row, or refuses the row as a whole; text is
// the row, where it can be told as one.
func (l *loader) add(line int, text []byte, records []Record, err error) error {
	if err == nil {
		err = l.check(records)
	}
	if err == nil {
		return l.each(&Row{Records: records})
	}
	refusal := Refusal{File: l.file, Line: line, Problem: err.Error()}
	if bad, ok := errors.AsType[*cellError](err); ok {
		refusal.Column, refusal.Value, refusal.Problem = bad.column, bad.value, bad.problem
	}
	return l.each(&Row{Refused: []Refusal{refusal}, Text: text})
}

// check refuses what could not be published, before anything is.
func (l *loader) check(records []Record) error {
	for _, r := range records {
		value, err := r.encode(l.Codecs)
		if err != nil {
			return err
		}
		if len(value) > maxValue {
			return fmt.Errorf("the record has %d bytes; %d are allowed", len(value), maxValue)
		}
		if err := schemas.CheckTime(r.Arrival); err != nil {
			return fmt.Errorf("judging the arrival: %w", err)
		}
		if r.Event == nil {
			continue
		}
		if err := schemas.CheckTime(r.Event.OccurredAt); err != nil {
			return fmt.Errorf("judging when %s occurred: %w", r.Event.Code, err)
		}
	}
	return nil
}

// maxValue leaves room for the key and for the frame of a record.
const maxValue = schemas.MaxRecordBytes - 1<<10

func (r Record) encode(c *schemas.Codecs) ([]byte, error) {
	if r.Registration != nil {
		return c.Registration.Encode(r.Registration)
	}
	return c.CarrierEvent.Encode(r.Event)
}

// cellError is a fault of one cell.
type cellError struct{ column, value, problem string }

func (e *cellError) Error() string {
	return fmt.Sprintf("column %s: %q: %s", e.column, e.value, e.problem)
}

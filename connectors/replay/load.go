package replay

import (
	"bufio"
	"errors"
	"fmt"
	"time"

	"waybill/connectors/carriers"
	"waybill/schemas"
)

// LoadOptions says how to read files.
type LoadOptions struct {
	// Map reads CSV files. Nil: the files are NDJSON of Waybill's own records.
	Map *Map
	// Carriers makes names of carriers canonical. Required.
	Carriers *carriers.Table
	// Codecs checks records. Required.
	Codecs *schemas.Codecs
	// Tenant replaces the tenant of every registration. Empty: as the map or
	// the record says.
	Tenant string
	// Arrival is that of lines of NDJSON that do not say when they came in: for
	// a live deployment they come in now. Zero: such lines are refused.
	Arrival time.Time
}

// Load reads all inputs into one batch. A row that cannot be read is refused
// and listed in the batch; an error means that an input as a whole cannot be
// read, or lacks columns that the map names.
func Load(o LoadOptions, inputs ...Input) (*Batch, error) {
	if o.Carriers == nil || o.Codecs == nil {
		return nil, errors.New("loading files: the carrier table or the codecs are missing")
	}
	b := &Batch{}
	for _, in := range inputs {
		l := &loader{LoadOptions: o, file: in.Name, batch: b}
		if err := in.read(l.load); err != nil {
			return nil, err
		}
	}
	Order(b.Records)
	return b, nil
}

// loader reads one input into the batch.
type loader struct {
	LoadOptions
	file  string
	batch *Batch
}

func (l *loader) load(text *bufio.Reader) error {
	if l.Map == nil {
		return l.loadNDJSON(text)
	}
	return l.loadCSV(text)
}

// add takes the records of one row, or refuses the row as a whole.
func (l *loader) add(line int, records []Record, err error) {
	l.batch.Rows++
	if err == nil {
		err = l.check(records)
	}
	if err == nil {
		l.batch.Records = append(l.batch.Records, records...)
		return
	}
	refusal := Refusal{File: l.file, Line: line, Problem: err.Error()}
	if bad, ok := errors.AsType[*cellError](err); ok {
		refusal.Column, refusal.Value, refusal.Problem = bad.column, bad.value, bad.problem
	}
	l.batch.Refused = append(l.batch.Refused, refusal)
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
		if err := checkTime(r.Arrival); err != nil {
			return fmt.Errorf("judging the arrival: %w", err)
		}
		if r.Event == nil {
			continue
		}
		if err := checkTime(r.Event.OccurredAt); err != nil {
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

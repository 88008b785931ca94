package replay

import (
	"time"
	"unicode/utf8"

	"waybill/schemas"
)

// records makes the records of one row: a registration, and the events whose
// times it has.
func (l *loader) records(r row) ([]Record, error) {
	if err := r.checkText(); err != nil {
		return nil, err
	}
	precision, err := l.Map.Times.Precision.of(r)
	if err != nil {
		return nil, err
	}
	m := rowReader{loader: l, row: r, precision: precision}
	if m.number, err = m.readNumber(); err != nil {
		return nil, err
	}
	if m.slug, m.key, err = canonicalKey(l.Carriers, l.Map.Carrier.fill(r), m.number); err != nil {
		return nil, err
	}
	registration, err := m.registration()
	if err != nil {
		return nil, err
	}
	records := []Record{registration}
	for i := range l.Map.Events {
		event, known, err := m.event(&l.Map.Events[i], registration.Arrival)
		if err != nil {
			return nil, err
		}
		if known {
			records = append(records, event)
		}
	}
	return records, nil
}

// checkText refuses cells that are no UTF-8, for every value on the topics is.
func (r row) checkText() error {
	for column, i := range r.columns {
		if !utf8.ValidString(r.cells[i]) {
			return &cellError{column: column, value: r.cells[i], problem: "it is no UTF-8 text; convert the file first"}
		}
	}
	return nil
}

// of gives the precision of a row's times, second when nothing is said.
func (p *PrecisionColumn) of(r row) (string, error) {
	if p == nil {
		return schemas.PrecisionSecond, nil
	}
	cell := r.cell(p.Column)
	if cell == "" {
		return schemas.PrecisionSecond, nil
	}
	precision, known := p.Values[cell]
	if !known {
		return "", &cellError{column: p.Column, value: cell, problem: "the map has no precision for it"}
	}
	return precision, nil
}

// rowReader makes the records of one row.
type rowReader struct {
	*loader
	row
	precision         string
	slug, number, key string
}

// readNumber wants every cell of the number: one that is empty would make one
// parcel of many.
func (m rowReader) readNumber() (string, error) {
	for _, column := range m.Map.Number.columns() {
		if m.cell(column) == "" {
			return "", &cellError{column: column, problem: "the cell is empty, and the tracking number is made of it"}
		}
	}
	return m.Map.Number.fill(m.row), nil
}

// when reads a time column. known is false where its cell is empty.
func (m rowReader) when(column string) (at moment, known bool, err error) {
	cell := m.cell(column)
	if cell == "" {
		return moment{}, false, nil
	}
	at, err = m.Map.Times.read(cell, m.precision)
	if err != nil {
		return moment{}, false, &cellError{column: column, value: cell, problem: err.Error()}
	}
	return at, true, nil
}

func (m rowReader) arrival(a Arrival, words map[string]time.Time) (time.Time, error) {
	at, err := a.at(words, func(column string) (time.Time, bool, error) {
		when, known, err := m.when(column)
		return when.at, known, err
	})
	return at.Truncate(time.Millisecond), err
}

func (m rowReader) registration() (Record, error) {
	form := &m.Map.Registration
	arrival, err := m.arrival(form.Arrival, nil)
	if err != nil {
		return Record{}, err
	}
	tenant := m.Tenant
	if tenant == "" {
		tenant = m.Map.Tenant.fill(m.row)
	}
	r := &schemas.Registration{
		Tenant: tenant, Carrier: m.slug, TrackingNumber: m.number,
		Reference: form.Reference.fill(m.row), Metadata: form.Metadata.fill(m.row),
		Origin: form.Origin.fill(m.row), Destination: form.Destination.fill(m.row),
		WindowDays: form.WindowDays, Backfill: form.Backfill, Tags: []string{},
	}
	if service := form.Service.fill(m.row); service != "" {
		r.ServiceLevel = &schemas.ServiceLevel{Token: service}
	}
	if form.PromisedDate != "" {
		promise, known, err := m.when(form.PromisedDate)
		if err != nil {
			return Record{}, err
		}
		if known {
			r.PromisedDate = new(promise.local[:len(localDay)])
			if promise.zone != "" {
				r.PromisedZone = &promise.zone
			}
		}
	}
	return Record{Key: m.key, Arrival: arrival, Registration: r}, nil
}

func (m rowReader) event(form *EventMap, registered time.Time) (record Record, known bool, err error) {
	when, known, err := m.when(form.Occurred)
	if err != nil || !known {
		return Record{}, false, err
	}
	arrival, err := m.arrival(form.Arrival, map[string]time.Time{wordRegistration: registered, wordOccurred: when.at})
	if err != nil {
		return Record{}, false, err
	}
	return Record{Key: m.key, Arrival: arrival, Event: &schemas.CarrierEvent{
		Carrier: m.slug, TrackingNumber: m.number,
		Source: m.Map.Name, SourceKind: schemas.SourceFile,
		Code: form.Code, RawCode: form.RawCode, Description: form.Description.fill(m.row),
		OccurredAt: when.at, OccurredLocal: when.local, OccurredText: m.cell(form.Occurred), OccurredZone: when.zone,
		OccurredPrecision: when.precision, OccurredConfidence: when.confidence,
		ReceivedAt: &arrival, Leg: schemas.LegForward, MapVersion: m.Map.Name + "/" + m.Map.Version,
	}}, true, nil
}

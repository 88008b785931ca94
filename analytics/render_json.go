package analytics

import (
	"encoding/json"
	"io"
	"slices"
	"time"
)

// document is a result as JSON: what was asked, and the answer.
type document struct {
	Report     string           `json:"report"`
	Answers    string           `json:"answers"`
	DateBasis  string           `json:"date_basis"`
	AsOf       *time.Time       `json:"as_of"`
	Parameters map[string]any   `json:"parameters"`
	Columns    []string         `json:"columns"`
	Rows       []map[string]any `json:"rows"`
	Totals     map[string]any   `json:"totals,omitempty"`
}

func (r *Result) renderJSON(w io.Writer) error {
	d := document{
		Report: r.Report.Name, Answers: r.Report.Answers, DateBasis: r.Report.Basis, AsOf: orNull(r.AsOf),
		Parameters: r.Params.told(r.Report), Columns: []string{}, Rows: []map[string]any{}, Totals: r.object(r.Totals),
	}
	for _, c := range r.Columns {
		d.Columns = append(d.Columns, c.Name)
	}
	for _, row := range r.Rows {
		d.Rows = append(d.Rows, r.object(row))
	}
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	return e.Encode(d)
}

// object gives a row by the names of its columns; nil where there is none.
func (r *Result) object(row []any) map[string]any {
	if row == nil {
		return nil
	}
	o := make(map[string]any, len(row))
	for i, v := range row {
		o[r.Columns[i].Name] = v
	}
	return o
}

// told gives the parameters that the report took, but for as_of, which stands
// above them. What bounds nothing is null.
func (p *Params) told(report Report) map[string]any {
	all := map[string]any{
		"since": orNull(p.Since), "until": orNull(p.Until), "by": p.By, "basis": p.Basis, "dates": p.Dates, "limit": p.Limit,
		"stalled_after_s": int64(p.StalledAfter / time.Second),
	}
	for name, text := range map[string]string{
		"tenant": p.Tenant, "carrier": p.Carrier, "tracking_number": p.TrackingNumber, "reference": p.Reference,
	} {
		if all[name] = nil; text != "" {
			all[name] = text
		}
	}
	for name := range all {
		if !slices.Contains(report.Parameters, name) {
			delete(all, name)
		}
	}
	return all
}

func orNull(at time.Time) *time.Time {
	if at.IsZero() {
		return nil
	}
	at = at.UTC()
	return &at
}

package analytics

import (
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
)

// Column is a column of a result. Type is ClickHouse's.
type Column struct{ Name, Type string }

// Result is what a report answers.
type Result struct {
	// Report that was run, and the Params that it was run with, defaults in
	// their places.
	Report Report
	Params Params
	// AsOf is what it took for now, UTC; zero when the tables are empty or the
	// report knows no now.
	AsOf    time.Time
	Columns []Column
	// Rows hold plain values: strings, booleans, numbers, times in UTC, days as
	// YYYY-MM-DD, and nil for null.
	Rows [][]any
	// Totals is the row over all groups; nil when there is one group or the
	// report has none.
	Totals []any
}

// read takes all rows and the totals.
func (r *Result) read(rows driver.Rows) error {
	types := rows.ColumnTypes()
	for _, t := range types {
		r.Columns = append(r.Columns, Column{Name: t.Name(), Type: t.DatabaseTypeName()})
	}
	for rows.Next() {
		targets := scanTargets(types)
		if err := rows.Scan(targets...); err != nil {
			return err
		}
		r.Rows = append(r.Rows, plainValues(r.Columns, targets))
	}
	if err := rows.Err(); err != nil {
		return err
	}
	if !strings.Contains(r.Report.sql, "WITH TOTALS") || len(r.Rows) == 0 {
		return nil
	}
	targets := scanTargets(types)
	if err := rows.Totals(targets...); err != nil {
		return fmt.Errorf("reading the totals: %w", err)
	}
	r.Totals = plainValues(r.Columns, targets)
	return nil
}

func scanTargets(types []driver.ColumnType) []any {
	targets := make([]any, len(types))
	for i, t := range types {
		targets[i] = reflect.New(t.ScanType()).Interface()
	}
	return targets
}

// plainValues takes pointers off, down to the value or nil.
func plainValues(columns []Column, targets []any) []any {
	values := make([]any, len(targets))
	for i, target := range targets {
		v := reflect.ValueOf(target)
		for v.Kind() == reflect.Pointer && !v.IsNil() {
			v = v.Elem()
		}
		if v.Kind() != reflect.Pointer {
			values[i] = columns[i].plain(v.Interface())
		}
	}
	return values
}

func (c Column) plain(v any) any {
	switch v := v.(type) {
	case time.Time:
		if c.bare() == "Date32" || c.bare() == "Date" {
			return v.Format(time.DateOnly)
		}
		return v.UTC()
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return nil
		}
	}
	return v
}

// bare gives the type without Nullable.
func (c Column) bare() string {
	return strings.TrimSuffix(strings.TrimPrefix(c.Type, "Nullable("), ")")
}

func (c Column) numeric() bool {
	for _, kind := range []string{"UInt", "Int", "Float"} {
		if strings.HasPrefix(c.bare(), kind) {
			return true
		}
	}
	return false
}

// dropGroups leaves out the columns that were not grouped by, for they are
// empty, and the totals where there is but one group. A list keeps them all.
func (r *Result) dropGroups(by []string) {
	if len(by) == 0 {
		r.Totals = nil
		if r.Report.lists {
			return
		}
	}
	drop := func(c Column) bool {
		return slices.Contains(r.Report.Dimensions, c.Name) && !slices.Contains(by, c.Name)
	}
	pick := func(row []any) []any {
		var kept []any
		for i, v := range row {
			if !drop(r.Columns[i]) {
				kept = append(kept, v)
			}
		}
		return kept
	}
	for i, row := range r.Rows {
		r.Rows[i] = pick(row)
	}
	if r.Totals != nil {
		r.Totals = pick(r.Totals)
	}
	r.Columns = slices.DeleteFunc(r.Columns, drop)
}

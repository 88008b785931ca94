package clickhouse

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
	"github.com/twmb/franz-go/pkg/kgo"
)

// row is one row to be, the record that it comes from, and what could not be
// stored as it came.
type row[R any] struct {
	value    *R
	origin   *kgo.Record
	problems []string
}

// column says how one column is filled from values of type R.
type column[R any] struct {
	name string
	fill func(to driver.BatchColumn, rows []row[R]) error
}

// table says how values of type R are written to one table.
type table[R any] struct {
	name    string
	columns []column[R]
}

// block is rows of one table, ready to be written in whole or in part.
type block interface {
	tableName() string
	columnNames() []string
	size() int
	// fill writes rows from (inclusive) to (exclusive), column by column.
	fill(to driver.Batch, from, until int) error
	// origin is the record that a row comes from.
	origin(i int) *kgo.Record
	// problemCount is how many of these rows hold something that could not be
	// stored as it came, known after fill.
	problemCount(from, until int) int
}

type rowsOf[R any] struct {
	*table[R]
	rows []row[R]
}

func (b rowsOf[R]) tableName() string        { return b.name }
func (b rowsOf[R]) size() int                { return len(b.rows) }
func (b rowsOf[R]) origin(i int) *kgo.Record { return b.rows[i].origin }

func (b rowsOf[R]) columnNames() []string {
	names := make([]string, 0, len(b.columns)+1)
	for _, c := range b.columns {
		names = append(names, c.name)
	}
	return append(names, "problems")
}

func (b rowsOf[R]) fill(to driver.Batch, from, until int) error {
	rows := b.rows[from:until]
	for i := range rows {
		rows[i].problems = []string{} // another try finds them again
	}
	types := to.Columns()
	for i, c := range b.columns {
		column := to.Column(i)
		if strings.HasPrefix(string(types[i].Type()), "LowCardinality(") {
			column = symbols{column}
		}
		if err := c.fill(column, rows); err != nil {
			return fmt.Errorf("filling column %s.%s: %w", b.name, c.name, err)
		}
	}
	problems := make([][]string, len(rows))
	for i := range rows {
		problems[i] = rows[i].problems
	}
	if err := to.Column(len(b.columns)).Append(problems); err != nil {
		return fmt.Errorf("filling column %s.problems: %w", b.name, err)
	}
	return nil
}

// symbols fills a column that has few different values. Of a slice the client
// makes an interface value of each, which is an allocation, to look it up; like
// values mostly stand together, and share one here.
type symbols struct{ driver.BatchColumn }

// Append implements driver.BatchColumn.
func (s symbols) Append(values any) error {
	texts, ok := values.([]string)
	if !ok {
		return s.BatchColumn.Append(values)
	}
	var boxed any = ""
	for i, text := range texts {
		if i == 0 || text != texts[i-1] {
			boxed = text
		}
		if err := s.AppendRow(boxed); err != nil {
			return err
		}
	}
	return nil
}

func (b rowsOf[R]) problemCount(from, until int) int {
	n := 0
	for _, r := range b.rows[from:until] {
		if len(r.problems) > 0 {
			n++
		}
	}
	return n
}

// chunk is how many values a column is given at a time: few enough to stay in
// the processor's cache and to be kept from batch to batch.
const chunk = 1024

// each fills a column with what value gives for each row. The slice between is
// the column's own, for a table is filled by one goroutine at a time; the client
// copies what it is given.
func each[R, V any](name string, value func(*row[R]) V) column[R] {
	var values []V
	return column[R]{name, func(to driver.BatchColumn, rows []row[R]) error {
		for part := range slices.Chunk(rows, chunk) {
			values = slices.Grow(values[:0], len(part))
			for i := range part {
				values = append(values, value(&part[i]))
			}
			if err := to.Append(values); err != nil {
				return err
			}
		}
		clear(values[:cap(values)]) // let the records go
		return nil
	}}
}

// plain fills a column with values that need no check.
func plain[R, V any](name string, get func(*R) V) column[R] {
	return each(name, func(r *row[R]) V { return get(r.value) })
}

// checked fills a column with values that may not fit it.
func checked[R, V, C any](name string, get func(*R) V, check func(V) (C, string)) column[R] {
	return each(name, func(r *row[R]) C {
		value, problem := check(get(r.value))
		if problem != "" {
			r.problems = append(r.problems, name+": "+problem)
		}
		return value
	})
}

// instant fills a DateTime64(3) column.
func instant[R any](name string, get func(*R) time.Time) column[R] {
	return checked(name, get, storableMillis)
}

// maybeInstant fills a Nullable(DateTime64(3)) column.
func maybeInstant[R any](name string, get func(*R) *time.Time) column[R] {
	return checked(name, get, storableInstant)
}

// maybeDay fills a Nullable(Date32) column.
func maybeDay[R any](name string, get func(*R) *string) column[R] {
	return checked(name, get, storableDay)
}

// whole fills an Int32 column.
func whole[R any](name string, get func(*R) int) column[R] {
	return checked(name, get, storableInt)
}

// versioned fills the two columns that the engine of every table goes by.
func versioned[R any](version func(*R) int64, deleted func(*R) bool) []column[R] {
	return []column[R]{
		plain("version", func(r *R) uint64 { return uint64(version(r)) }), // a negative one was refused when the record was taken in
		plain("is_deleted", func(r *R) uint8 {
			if deleted(r) {
				return 1
			}
			return 0
		}),
	}
}

func never[R any](*R) bool { return false }
func one[R any](*R) int64  { return 1 }

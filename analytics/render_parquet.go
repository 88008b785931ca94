package analytics

import (
	"fmt"
	"io"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/parquet-go/parquet-go"
)

// parquetKind says how a column is stored: a Go type that the library knows,
// and what its tag adds. Each column may be null.
type parquetKind struct {
	goType reflect.Type
	tag    string
	value  func(any) parquet.Value
}

// parquetKind gives the kind of a column by the beginning of its type. Whole
// numbers are 64 bits, times are milliseconds in UTC; what is not known is text.
func (c Column) parquetKind() parquetKind {
	is := func(prefix string) bool { return strings.HasPrefix(c.bare(), prefix) }
	switch {
	case is("DateTime"):
		return parquetKind{reflect.TypeFor[*int64](), ",timestamp(millisecond)", func(v any) parquet.Value {
			at, _ := v.(time.Time)
			return parquet.Int64Value(at.UnixMilli())
		}}
	case is("Date"):
		return parquetKind{reflect.TypeFor[*int32](), ",date", func(v any) parquet.Value {
			day, _ := time.Parse(time.DateOnly, textOf(v)) // Column.plain wrote it
			return parquet.Int32Value(int32(day.Unix() / (24 * 60 * 60)))
		}}
	case is("Bool"):
		return parquetKind{reflect.TypeFor[*bool](), "", func(v any) parquet.Value { return parquet.BooleanValue(v == true) }}
	case is("Float"):
		return parquetKind{reflect.TypeFor[*float64](), "", func(v any) parquet.Value { return parquet.DoubleValue(reflect.ValueOf(v).Float()) }}
	case is("UInt"):
		return parquetKind{reflect.TypeFor[*int64](), "", func(v any) parquet.Value {
			return parquet.Int64Value(int64(reflect.ValueOf(v).Uint())) // counts stay below 2^63
		}}
	case is("Int"):
		return parquetKind{reflect.TypeFor[*int64](), "", func(v any) parquet.Value { return parquet.Int64Value(reflect.ValueOf(v).Int()) }}
	}
	return parquetKind{reflect.TypeFor[*string](), "", func(v any) parquet.Value { return parquet.ByteArrayValue([]byte(textOf(v))) }}
}

// renderParquet writes a file of one row group, columns in their order. What was
// asked stands in its metadata; totals are left out, as from CSV.
func (r *Result) renderParquet(w io.Writer) error {
	kinds := make([]parquetKind, len(r.Columns))
	fields := make([]reflect.StructField, len(r.Columns))
	for i, c := range r.Columns {
		kinds[i] = c.parquetKind()
		fields[i] = reflect.StructField{
			Name: "Column" + strconv.Itoa(i), Type: kinds[i].goType,
			Tag: reflect.StructTag(fmt.Sprintf(`parquet:"%s,optional%s"`, c.Name, kinds[i].tag)),
		}
	}
	schema := parquet.SchemaOf(reflect.New(reflect.StructOf(fields)).Interface())
	options := []parquet.WriterOption{
		schema, parquet.Compression(&parquet.Zstd),
		parquet.KeyValueMetadata("report", r.Report.Name), parquet.KeyValueMetadata("date_basis", r.Report.Basis),
	}
	if !r.AsOf.IsZero() {
		options = append(options, parquet.KeyValueMetadata("as_of", r.AsOf.Format(time.RFC3339Nano)))
	}
	out := parquet.NewWriter(w, options...)
	row := make(parquet.Row, len(kinds))
	for _, values := range r.Rows {
		for i, v := range values {
			if row[i] = parquet.NullValue().Level(0, 0, i); v != nil {
				row[i] = kinds[i].value(v).Level(0, 1, i)
			}
		}
		if _, err := out.WriteRows([]parquet.Row{row}); err != nil {
			return err
		}
	}
	return out.Close()
}

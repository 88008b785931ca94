package clickhouse

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strings"
	"time"

	ch "github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
)

// insertTimeout bounds one insert. What came of one that took longer is not
// known, and need not be: it is made again.
const insertTimeout = time.Minute

// store is the side of ClickHouse.
type store interface {
	// insert writes rows from (inclusive) to (exclusive) of a block. The error is
	// a *rowFaultError when the rows are to blame, a *tableFaultError when it is
	// the table.
	insert(ctx context.Context, b block, from, until int) error
	close() error
}

// rowFaultError says that it is rows that cannot be stored, not that they could
// not be stored just now.
type rowFaultError struct{ cause error }

func (e *rowFaultError) Error() string { return e.cause.Error() }
func (e *rowFaultError) Unwrap() error { return e.cause }

// tableFaultError says that a table is not as this program knows it. It ends
// Run: no row can be stored until somebody has done something about it.
type tableFaultError struct {
	table string
	cause error
}

func (e *tableFaultError) Error() string {
	return fmt.Sprintf("writing to table %s, which is not as this program knows it: %v. Run the migrations, or the program that belongs to the tables, then start again; nothing was committed",
		e.table, e.cause)
}
func (e *tableFaultError) Unwrap() error { return e.cause }

type clickhouseStore struct{ conn driver.Conn }

func openStore(options ch.Options) (*clickhouseStore, error) {
	conn, err := Dial(options)
	if err != nil {
		return nil, err
	}
	return &clickhouseStore{conn}, nil
}

// Dial opens a connection as the sink's own are: with its compression and the
// settings that its inserts go by.
func Dial(options ch.Options) (driver.Conn, error) {
	options.Compression = &ch.Compression{Method: ch.CompressionLZ4}
	settings := maps.Clone(options.Settings)
	if settings == nil {
		settings = make(ch.Settings)
	}
	// A false hit of the server's own deduplication would be a loss, and a miss
	// is harmless here: keys and versions do the work.
	settings["insert_deduplicate"] = 0
	// The answer to an insert must mean that the rows are there.
	settings["async_insert"] = 0
	options.Settings = settings
	conn, err := ch.Open(&options)
	if err != nil {
		return nil, fmt.Errorf("connecting to ClickHouse at %v: %w", options.Addr, err)
	}
	return conn, nil
}

func (s *clickhouseStore) close() error { return s.conn.Close() }

func (s *clickhouseStore) insert(ctx context.Context, b block, from, until int) error {
	ctx, cancel := context.WithTimeout(ctx, insertTimeout)
	defer cancel()
	batch, err := s.conn.PrepareBatch(ctx, insertQuery(b))
	if err != nil {
		return judge(b, fmt.Errorf("beginning an insert into %s: %w", b.tableName(), err))
	}
	defer batch.Close() //nolint:errcheck // it ends an insert that was not sent; nothing is lost by that
	if err := b.fill(batch, from, until); err != nil {
		return &tableFaultError{b.tableName(), err} // values were checked before; what does not fit now is the column
	}
	if err := batch.Send(); err != nil {
		return judge(b, fmt.Errorf("inserting %d rows into %s: %w", until-from, b.tableName(), err))
	}
	return nil
}

func insertQuery(b block) string {
	return "INSERT INTO " + b.tableName() + " (" + strings.Join(b.columnNames(), ", ") + ")"
}

// judge tells from an error of the server what is to blame. Both lists are
// closed: under any other code rows and table may be good, so the sink waits.
func judge(b block, err error) error {
	exception, ok := errors.AsType[*ch.Exception](err)
	switch {
	case !ok:
		return err
	case blamesRows(exception):
		return &rowFaultError{err}
	case blamesTable(exception):
		return &tableFaultError{b.tableName(), err}
	}
	return err
}

// blamesTable tells whether an error of the server is about what the table is.
func blamesTable(exception *ch.Exception) bool {
	switch exception.Code {
	case 16, // NO_SUCH_COLUMN_IN_TABLE
		53, // TYPE_MISMATCH
		60, // UNKNOWN_TABLE
		81: // UNKNOWN_DATABASE
		return true
	}
	return false
}

// blamesRows tells whether an error of the server is about the values of rows.
func blamesRows(exception *ch.Exception) bool {
	switch exception.Code {
	case 69, // ARGUMENT_OUT_OF_BOUND
		117, // INCORRECT_DATA
		128, // TOO_LARGE_ARRAY_SIZE
		131, // TOO_LARGE_STRING_SIZE
		321, // VALUE_IS_OUT_OF_RANGE_OF_DATA_TYPE
		349, // CANNOT_INSERT_NULL_IN_ORDINARY_COLUMN
		395, // FUNCTION_THROW_IF_VALUE_IS_NON_ZERO
		407, // DECIMAL_OVERFLOW
		469, // VIOLATED_CONSTRAINT
		691: // UNKNOWN_ELEMENT_OF_ENUM
		return true
	case tooManyParts:
		return tooManyPartitions(exception)
	}
	return false
}

// tooManyParts is one code for two troubles: a server that is behind with its
// merges, which passes, and an insert over too many partitions, which a smaller
// one gets around.
const tooManyParts = 252

func tooManyPartitions(exception *ch.Exception) bool {
	return strings.Contains(exception.Message, "partitions for single INSERT block")
}

// crowded tells whether the server refuses because it is behind with its merges.
func crowded(err error) bool {
	exception, ok := errors.AsType[*ch.Exception](err)
	return ok && exception.Code == tooManyParts && !tooManyPartitions(exception)
}

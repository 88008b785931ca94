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
	// a *rowFaultError when the rows are to blame.
	insert(ctx context.Context, b block, from, until int) error
	close() error
}

// rowFaultError says that it is rows that cannot be stored, not that they could
// not be stored just now.
type rowFaultError struct{ cause error }

func (e *rowFaultError) Error() string { return e.cause.Error() }
func (e *rowFaultError) Unwrap() error { return e.cause }

type clickhouseStore struct{ conn driver.Conn }

func openStore(options ch.Options) (*clickhouseStore, error) {
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
	return &clickhouseStore{conn}, nil
}

func (s *clickhouseStore) close() error { return s.conn.Close() }

func (s *clickhouseStore) insert(ctx context.Context, b block, from, until int) error {
	ctx, cancel := context.WithTimeout(ctx, insertTimeout)
	defer cancel()
	query := "INSERT INTO " + b.tableName() + " (" + strings.Join(b.columnNames(), ", ") + ")"
	batch, err := s.conn.PrepareBatch(ctx, query)
	if err != nil {
		return fmt.Errorf("beginning an insert into %s: %w", b.tableName(), err)
	}
	defer batch.Close() //nolint:errcheck // it ends an insert that was not sent; nothing is lost by that
	if err := b.fill(batch, from, until); err != nil {
		return &rowFaultError{err}
	}
	if err := batch.Send(); err != nil {
		err = fmt.Errorf("inserting %d rows into %s: %w", until-from, b.tableName(), err)
		if blamesRows(err) {
			return &rowFaultError{err}
		}
		return err
	}
	return nil
}

// blamesRows tells whether an error of the server is about the values of rows.
// The list is closed: under any other code the rows may be good, so the sink
// waits.
func blamesRows(err error) bool {
	exception, ok := errors.AsType[*ch.Exception](err)
	if !ok {
		return false
	}
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
	case 252: // TOO_MANY_PARTS
		// One code for two troubles: a server that is behind with its merges, which
		// passes, and an insert over too many partitions, which a smaller one gets
		// around.
		return strings.Contains(exception.Message, "partitions for single INSERT block")
	}
	return false
}

package sink

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"time"

	ch "github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"waybill/bench/rig"
	"waybill/sinks/clickhouse"
)

// BlocksKind is the kind of a process that inserts ready-made blocks.
const BlocksKind = "blocks"

// BlocksOrder is what such a process is told.
type BlocksOrder struct {
	Address string `json:"address"` // of ClickHouse
	Server  int    `json:"server"`  // number of its process
	From    string `json:"from"`    // database with what the sink inserted, part by part
	To      string `json:"to"`      // database with the same tables, empty
}

// inserted is what the process says.
type inserted struct {
	Took   time.Duration `json:"took"`
	Client time.Duration `json:"client"` // processor time of the process
	Server time.Duration `json:"server"` // and of ClickHouse
	Rows   int           `json:"rows"`
}

// blocks inserts the very blocks that the sink inserted, from memory, and is
// done when it is ready.
type blocks struct {
	rig.Background
	BlocksOrder
	all  []*readyBlock
	rows int
}

// readyBlock is one insert: the columns of one part.
type readyBlock struct {
	query   string
	columns []any // a slice of values each
}

// NewBlocks makes what the process runs.
func NewBlocks(o *BlocksOrder) (rig.Measured, error) { return &blocks{BlocksOrder: *o}, nil }

// Prepare implements rig.Measured.
func (b *blocks) Prepare(ctx context.Context) (_ any, err error) {
	b.Start(ctx, func(ctx context.Context) error { <-ctx.Done(); return nil })
	conn, err := clickhouse.Dial(ch.Options{Addr: []string{b.Address}, Auth: ch.Auth{Database: b.To}})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	if err := b.read(ctx, conn); err != nil {
		return nil, err
	}
	before, err := rig.OwnUsage()
	if err != nil {
		return nil, err
	}
	server, began := rig.ProcessCPU(b.Server), time.Now()
	for _, block := range b.all {
		if err := block.insert(ctx, conn); err != nil {
			return nil, err
		}
	}
	done := inserted{Took: time.Since(began), Server: rig.ProcessCPU(b.Server) - server, Rows: b.rows}
	after, err := rig.OwnUsage()
	done.Client = after.CPU - before.CPU
	return done, err
}

// insert is what the sink does once its columns are filled.
func (b *readyBlock) insert(ctx context.Context, conn driver.Conn) error {
	batch, err := conn.PrepareBatch(ctx, b.query)
	if err != nil {
		return fmt.Errorf("beginning %s: %w", b.query, err)
	}
	defer batch.Close() //nolint:errcheck // it ends an insert that was not sent
	for i, values := range b.columns {
		if err := batch.Column(i).Append(values); err != nil {
			return fmt.Errorf("filling a column of %s: %w", b.query, err)
		}
	}
	if err := batch.Send(); err != nil {
		return fmt.Errorf("sending %s: %w", b.query, err)
	}
	return nil
}

// read takes all parts into memory, those of one table after those of another.
func (b *blocks) read(ctx context.Context, conn driver.Conn) error {
	names, err := tableNames(ctx, conn, b.From)
	if err != nil {
		return err
	}
	for _, name := range names {
		var parts []struct {
			Name    string `ch:"name"`
			Columns string `ch:"columns"`
		}
		// Columns that the server works out are left out, as the sink leaves them.
		err := conn.Select(ctx, &parts, `
			SELECT name, (SELECT arrayStringConcat(groupArray(c.name), ', ') FROM system.columns AS c WHERE c.database = $1 AND c.table = $2 AND c.default_kind IN ('', 'DEFAULT')) AS columns
			FROM system.parts WHERE database = $1 AND table = $2 AND active ORDER BY min_block_number`, b.From, name)
		if err != nil {
			return fmt.Errorf("listing the parts of %s: %w", name, err)
		}
		for _, part := range parts {
			block := &readyBlock{query: fmt.Sprintf("INSERT INTO %s (%s)", name, part.Columns)}
			query := fmt.Sprintf("SELECT %s FROM %s.%s WHERE _part = '%s'", part.Columns, b.From, name, part.Name)
			n, err := block.read(ctx, conn, query)
			if err != nil {
				return fmt.Errorf("reading a part of %s: %w", name, err)
			}
			b.all, b.rows = append(b.all, block), b.rows+n
		}
	}
	return nil
}

// read fills the columns from a query, and says how many rows there are.
func (b *readyBlock) read(ctx context.Context, conn driver.Conn, query string) (rows int, err error) {
	found, err := conn.Query(ctx, query)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, found.Close()) }()
	var columns, cells []reflect.Value
	var into []any
	for _, t := range found.ColumnTypes() {
		cell := reflect.New(t.ScanType())
		columns, cells, into = append(columns, reflect.MakeSlice(reflect.SliceOf(t.ScanType()), 0, 1)), append(cells, cell), append(into, cell.Interface())
	}
	for ; found.Next(); rows++ {
		if err := found.Scan(into...); err != nil {
			return rows, err
		}
		for i, cell := range cells {
			columns[i] = reflect.Append(columns[i], cell.Elem())
			cell.Elem().SetZero() // what it pointed to is the column's now
		}
	}
	for _, c := range columns {
		b.columns = append(b.columns, c.Interface())
	}
	return rows, found.Err()
}

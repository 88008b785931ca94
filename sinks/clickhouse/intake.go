package clickhouse

import (
	"fmt"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/schemas"
)

// intake collects the records of one topic for one batch, of each thing only
// the newest version: one insert then holds a key once, however often a hot
// shipment changed.
type intake interface {
	// take reads a record. The error says why its rows cannot be stored.
	take(rec *kgo.Record) (superseded bool, err error)
	// blocks gives the rows of what was taken, in the order of insertion.
	blocks() []block
	// drop forgets the records that a partition brought.
	drop(topic string, partition int32)
	// reset forgets everything.
	reset()
}

// identity tells the things of one topic apart: the key of their table.
type identity struct {
	text   [4]string
	number [2]int64
}

// feed says how the records of one topic become rows.
type feed[T any] struct {
	codec   *schemas.Codec[T]
	key     func(*T) identity
	version func(*T) int64
	// epoch is nil where the key holds none.
	epoch func(*T) time.Time
	rows  func([]taken[T]) []block
}

// taken is a record that was read.
type taken[T any] struct {
	value  *T
	origin *kgo.Record
}

type collector[T any] struct {
	*feed[T]
	kept  []taken[T]
	index map[identity]int // into kept
}

func newCollector[T any](f *feed[T]) *collector[T] {
	return &collector[T]{feed: f, index: make(map[identity]int)}
}

func (c *collector[T]) take(rec *kgo.Record) (superseded bool, err error) {
	value, err := c.codec.Decode(rec.Value)
	if err != nil {
		return false, err
	}
	if err := c.checkKey(value); err != nil {
		return false, err
	}
	key := c.key(value)
	at, known := c.index[key]
	switch {
	case !known:
		c.index[key] = len(c.kept)
		c.kept = append(c.kept, taken[T]{value, rec})
	case c.version(value) >= c.version(c.kept[at].value):
		c.kept[at] = taken[T]{value, rec}
	}
	return known, nil
}

// checkKey refuses what the engine goes by and what therefore cannot be
// stored as something near it: two things would become one.
func (c *collector[T]) checkKey(value *T) error {
	if v := c.version(value); v < 0 {
		return fmt.Errorf("reading the version of a row: %d is negative; versions count from 1", v)
	}
	if c.epoch != nil {
		if _, problem := storableMillis(c.epoch(value)); problem != "" {
			return fmt.Errorf("reading the epoch of a row: a table holds epochs from 1900 to 2261, not %s", c.epoch(value).UTC().Format(time.RFC3339))
		}
	}
	return nil
}

func (c *collector[T]) blocks() []block {
	if len(c.kept) == 0 {
		return nil
	}
	return c.rows(c.kept)
}

func (c *collector[T]) drop(topic string, partition int32) {
	kept := c.kept[:0]
	clear(c.index)
	for _, t := range c.kept {
		if t.origin.Topic == topic && t.origin.Partition == partition {
			continue
		}
		c.index[c.key(t.value)] = len(kept)
		kept = append(kept, t)
	}
	clear(c.kept[len(kept):])
	c.kept = kept
}

func (c *collector[T]) reset() {
	clear(c.kept) // let the records go
	c.kept = c.kept[:0]
	clear(c.index)
}

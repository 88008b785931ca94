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
	// take reads a record: it is written, superseded or skipped. The error says
	// why its rows cannot be stored.
	take(rec *kgo.Record) (outcome string, err error)
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
	codec *schemas.Codec[T]
	// key is nil where each record is a thing of its own.
	key     func(*T) identity
	version func(*T) int64
	// epoch is nil where the key holds none.
	epoch func(*T) time.Time
	// skip tells of records that make no row; nil: all make one.
	skip func(*T) bool
	rows func([]taken[T]) []block
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

func (c *collector[T]) take(rec *kgo.Record) (outcome string, err error) {
	value, err := c.codec.Decode(rec.Value)
	if err != nil {
		return "", err
	}
	if err := c.checkKey(value); err != nil {
		return "", err
	}
	if c.skip != nil && c.skip(value) {
		return outcomeSkipped, nil
	}
	at, known := c.find(value)
	if !known {
		c.keep(taken[T]{value, rec})
		return outcomeWritten, nil
	}
	if c.version(value) >= c.version(c.kept[at].value) {
		c.kept[at] = taken[T]{value, rec}
	}
	return outcomeSuperseded, nil
}

// find tells where the same thing was kept before.
func (c *collector[T]) find(value *T) (at int, known bool) {
	if c.key == nil {
		return 0, false
	}
	at, known = c.index[c.key(value)]
	return at, known
}

func (c *collector[T]) keep(t taken[T]) {
	if c.key != nil {
		c.index[c.key(t.value)] = len(c.kept)
	}
	c.kept = append(c.kept, t)
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
	all := c.kept
	c.kept = all[:0]
	clear(c.index)
	for _, t := range all {
		if t.origin.Topic != topic || t.origin.Partition != partition {
			c.keep(t)
		}
	}
	clear(all[len(c.kept):])
}

func (c *collector[T]) reset() {
	clear(c.kept) // let the records go
	c.kept = c.kept[:0]
	clear(c.index)
}

package engine

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
	"golang.org/x/sync/errgroup"

	"waybill/pipeline/stream/store"
)

// state is what lies in a database before a turn.
type state struct {
	Keys       int  `json:"keys"`
	Bytes      int  `json:"bytes"` // of each payload
	Timers     bool `json:"timers"`
	Partitions int  `json:"partitions"`
}

const fillBatch = 2000

// mark is a changelog at its start: what is filled in stands for records that
// compaction has taken away.
func mark(topic [16]byte) store.Mark { return store.Mark{TopicID: topic, At: time.Now()} }

// fill puts keys into an empty database, as a restore does. They belong to the
// changelog of the given id.
func (st state) fill(ctx context.Context, db store.Database, topic [16]byte) error {
	g, ctx := errgroup.WithContext(ctx)
	for p := range int32(st.Partitions) {
		g.Go(func() error {
			s, err := db.Open(ctx, p)
			if err != nil {
				return err
			}
			err = st.changes(p, func(changes []store.Change) error {
				return s.Load(store.Batch{Changes: changes, Mark: mark(topic)})
			})
			if err == nil {
				err = s.Apply(store.Batch{Mark: mark(topic)}) // which counts
			}
			return errors.Join(err, s.Close())
		})
	}
	if err := g.Wait(); err != nil {
		return fmt.Errorf("filling the state: %w", err)
	}
	return db.Flush()
}

// changes makes the values of one partition's keys, oldest first, in batches.
func (st state) changes(partition int32, take func([]store.Change) error) error {
	place := kgo.StickyKeyPartitioner(nil).ForTopic("")
	batch := make([]store.Change, 0, fillBatch)
	values := newValues(st)
	r := &kgo.Record{}
	for number := range st.Keys {
		r.Key = appendKey(r.Key[:0], number)
		if int32(place.Partition(r, st.Partitions)) != partition {
			continue
		}
		value, wakeAt := values.of(number)
		batch = append(batch, store.Change{Key: string(r.Key), Value: value, WakeAt: wakeAt})
		if len(batch) == fillBatch {
			if err := take(batch); err != nil {
				return err
			}
			batch = batch[:0]
		}
	}
	return take(batch)
}

// values makes state values in the runtime's envelope: format version 1, the
// wake-up in milliseconds, the payload. A runtime of another version refuses
// them, and with that the turn.
type values struct {
	state
	filler []byte
	soon   int64 // when the first timer is due
}

func newValues(st state) *values {
	filler := make([]byte, max(0, st.Bytes-8))
	for i := range filler {
		filler[i] = byte('a' + (i*7+i/16)%16)
	}
	return &values{st, filler, time.Now().Add(7 * 24 * time.Hour).UnixMilli()}
}

// of is the value of a key with its wake-up. A part of it differs from key to
// key, so that it does not pack to nothing.
func (v *values) of(number int) ([]byte, int64) {
	const version = 1
	wakeAt := int64(0)
	if v.Timers {
		wakeAt = v.soon + int64(number)
	}
	value := make([]byte, 0, 9+8+len(v.filler))
	value = binary.BigEndian.AppendUint64(append(value, version), uint64(wakeAt))
	value = binary.BigEndian.AppendUint64(value, 0)
	value = append(value, v.filler...)
	mixed := uint64(number) * 0x9e3779b97f4a7c15
	for i := 17; i < 17+len(v.filler)/2; i++ { // half of it is noise
		mixed ^= mixed << 13
		mixed ^= mixed >> 7
		mixed ^= mixed << 17
		value[i] = byte(mixed)
	}
	return value, wakeAt
}

// adopt makes a database that was filled for another broker belong to the
// changelog of the given id.
func (st state) adopt(ctx context.Context, db store.Database, topic [16]byte) error {
	for p := range int32(st.Partitions) {
		s, err := db.Open(ctx, p)
		if err != nil {
			return fmt.Errorf("taking over the state: %w", err)
		}
		if err := errors.Join(s.Apply(store.Batch{Mark: mark(topic)}), s.Close()); err != nil {
			return fmt.Errorf("taking over the state: %w", err)
		}
	}
	return nil
}

// topicID asks for the id of a topic on a broker.
func topicID(ctx context.Context, brokers []string, topic string) ([16]byte, error) {
	client, err := kgo.NewClient(kgo.SeedBrokers(brokers...))
	if err != nil {
		return [16]byte{}, fmt.Errorf("making a client: %w", err)
	}
	defer client.Close()
	details, err := kadm.NewClient(client).ListTopics(ctx, topic)
	if err == nil {
		err = details.Error()
	}
	if err != nil {
		return [16]byte{}, fmt.Errorf("asking for the id of %s: %w", topic, err)
	}
	return details[topic].ID, nil
}

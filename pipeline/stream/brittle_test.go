package stream

import (
	"context"
	"errors"
	"sync/atomic"

	"waybill/pipeline/stream/store"
)

// brittle is a database whose process dies around the nth write to any of its
// stores: die is called, and nothing is written from then on.
type brittle struct {
	store.Database
	left  atomic.Int64
	after bool
	die   func()
}

var errDead = errors.New("writing to a store: the process is dead")

func (b *brittle) Open(ctx context.Context, partition int32) (store.Store, error) {
	s, err := b.Database.Open(ctx, partition)
	if err != nil {
		return nil, err
	}
	return brittleStore{s, b}, nil
}

type brittleStore struct {
	store.Store
	b *brittle
}

func (s brittleStore) Apply(batch store.Batch) error {
	return s.b.write(func() error { return s.Store.Apply(batch) })
}

func (s brittleStore) Load(batch store.Batch) error {
	return s.b.write(func() error { return s.Store.Load(batch) })
}

func (b *brittle) write(write func() error) error {
	left := b.left.Add(-1)
	if left > 0 {
		return write()
	}
	err := errDead
	if left == 0 && b.after {
		err = errors.Join(err, write())
	}
	if left == 0 {
		b.die()
	}
	return err
}

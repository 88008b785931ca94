package engine

import (
	"context"
	"errors"
	"time"

	"waybill/bench/rig"
)

// FillKind is the kind of a process that fills a folder with state.
const FillKind = "fill"

// FillOrder is what such a process is told.
type FillOrder struct {
	Dir   string `json:"dir"`
	State state  `json:"state"`
}

// filler fills a folder, and is done when it is ready.
type filler struct {
	rig.Background
	FillOrder
}

// NewFiller makes what the process runs.
func NewFiller(o *FillOrder) (rig.Measured, error) { return &filler{FillOrder: *o}, nil }

// Prepare implements rig.Measured. It says how long the filling took.
func (f *filler) Prepare(ctx context.Context) (any, error) {
	f.Start(ctx, func(ctx context.Context) error { <-ctx.Done(); return nil })
	began := time.Now()
	db, err := openFolder(f.Dir)
	if err != nil {
		return nil, err
	}
	if err = f.State.fill(ctx, db, [16]byte{}); err == nil {
		err = calm(ctx, f.Dir)
	}
	return time.Since(began), errors.Join(err, db.Close())
}

// calm waits until a store has put its files in order, as a process that runs
// for long has: until what they hold has been the same for a while.
func calm(ctx context.Context, dir string) error {
	for before := int64(-1); ; {
		now, err := folderBytes(dir)
		if err != nil || now == before {
			return err
		}
		before = now
		if err := pause(ctx, 2*time.Second); err != nil {
			return err
		}
	}
}

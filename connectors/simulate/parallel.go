package simulate

import (
	"context"
	"runtime"

	"golang.org/x/sync/errgroup"
)

// block is how many parcels a worker makes at a time.
const block = 64

// Each makes all parcels on all cores, and something of each (of), and hands that to
// use in the order of the parcels, from one goroutine. It holds a few hundred of
// them at a time. An error of either ends it.
func Each[T any](ctx context.Context, m *Maker, of func(*Parcel) (T, error), use func(T) error) error {
	workers := runtime.GOMAXPROCS(0)
	g, ctx := errgroup.WithContext(ctx)
	blocks := startBlocks(ctx, g, m, workers, of)
	g.Go(func() error {
		for made := range blocks {
			select {
			case all := <-made:
				for _, one := range all {
					if err := use(one); err != nil {
						return err
					}
				}
			case <-ctx.Done():
				return context.Cause(ctx)
			}
		}
		return ctx.Err()
	})
	return g.Wait()
}

// startBlocks has blocks of parcels made, as many at a time as there are workers,
// and gives what will hold each, in order.
func startBlocks[T any](ctx context.Context, g *errgroup.Group, m *Maker, workers int, of func(*Parcel) (T, error)) <-chan chan []T {
	blocks := make(chan chan []T, workers)
	room := make(chan struct{}, workers)
	g.Go(func() error {
		defer close(blocks)
		for first := 0; first < m.world.options.Parcels; first += block {
			made := make(chan []T, 1)
			select {
			case room <- struct{}{}:
			case <-ctx.Done():
				return nil
			}
			g.Go(func() error {
				defer func() { <-room }()
				all, err := makeBlock(m, first, of)
				made <- all
				return err
			})
			select {
			case blocks <- made:
			case <-ctx.Done():
				return nil
			}
		}
		return nil
	})
	return blocks
}

func makeBlock[T any](m *Maker, first int, of func(*Parcel) (T, error)) ([]T, error) {
	last := min(first+block, m.world.options.Parcels)
	all := make([]T, 0, last-first)
	for i := first; i < last; i++ {
		p, err := m.Parcel(i)
		if err != nil {
			return nil, err
		}
		one, err := of(p)
		if err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return all, nil
}

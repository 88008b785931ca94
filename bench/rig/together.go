package rig

import (
	"context"
	"errors"
	"time"
)

// MeasureTogether is MeasureWork for several processes that share the work.
// What they used is the sum, their memory the most that they had together.
func MeasureTogether(ctx context.Context, ps []*Process, records int, begin, done func(context.Context) error) (t Turn, err error) {
	defer func() {
		for _, p := range ps {
			err = errors.Join(err, p.Close())
		}
	}()
	alive, dead := context.WithCancelCause(ctx)
	defer dead(nil)
	for _, p := range ps {
		defer context.AfterFunc(p.Alive(), func() { dead(context.Cause(p.Alive())) })()
		if err := p.Begin(); err != nil {
			return t, err
		}
	}
	before, err := readTimes()
	if err != nil {
		return t, err
	}
	began := time.Now()
	if err := begin(ctx); err != nil {
		return t, err
	}
	if err := done(alive); err != nil {
		return t, err
	}
	took := time.Since(began)
	after, err := readTimes()
	if err != nil {
		return t, err
	}
	var sum Usage
	for _, p := range ps {
		used, err := p.End()
		if err != nil {
			return t, err
		}
		sum = Usage{CPU: sum.CPU + used.CPU, Allocations: sum.Allocations + used.Allocations, Peak: sum.Peak + used.Peak}
	}
	return Turn{
		Records: records, Took: took, Used: sum,
		Broker: max(0, after.children-before.children-sum.CPU),
		Others: max(0, after.others-before.others),
	}, nil
}

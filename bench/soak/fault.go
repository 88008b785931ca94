package soak

import (
	"context"
	"fmt"
	"time"

	"waybill/bench/rig"
)

// fault is one kind of trouble, and its end.
type fault struct {
	name string
	do   func(context.Context, *plant) error
}

// hangFor is how long the receiver takes calls and says nothing.
const hangFor = 5 * time.Second

// faults are all kinds, in the order in which they come, again and again.
func faults() []fault {
	return []fault{
		{"one of the processes is killed (SIGKILL) and started again", func(ctx context.Context, p *plant) error {
			if err := p.processes[killed].Kill(); err != nil {
				return err
			}
			return p.work(ctx, killed)
		}},
		{"the broker cuts all connections and is there again", func(ctx context.Context, p *plant) error { return p.restartKafka(ctx) }},
		{"ClickHouse ends and is started again", func(ctx context.Context, p *plant) error { return p.restartClickHouse(ctx) }},
		{"the receiver takes calls and does not answer for " + hangFor.String(), func(ctx context.Context, p *plant) error {
			p.receiver.hang()
			defer p.receiver.wake()
			rig.Pause(ctx, hangFor)
			return nil
		}},
	}
}

// happened is a fault that was done.
type happened struct {
	at   time.Duration // since the begin of the soak
	name string
}

// trouble does one fault after the other at intervals until ctx ends.
func (b *bench) trouble(ctx context.Context, p *plant, began time.Time) error {
	all := faults()
	for i := 0; rig.Pause(ctx, b.FaultEvery); i++ {
		f := all[i%len(all)]
		b.mu.Lock()
		b.happened = append(b.happened, happened{time.Since(began), f.name})
		err := f.do(context.WithoutCancel(ctx), p)
		b.mu.Unlock()
		if err != nil {
			return fmt.Errorf("doing a fault, %s: %w", f.name, err)
		}
	}
	return nil
}

package main

import "context"

// background is work that goes on until it is stopped or fails.
type background struct {
	cancel context.CancelFunc
	ended  chan struct{}
	err    error // why it ended; read it after ended
}

func (b *background) start(ctx context.Context, run func(context.Context) error) {
	ctx, b.cancel = context.WithCancel(ctx)
	b.ended = make(chan struct{})
	go func() {
		defer close(b.ended)
		b.err = run(ctx)
	}()
}

// over is closed when the work has ended, asked or not.
func (b *background) over() <-chan struct{} { return b.ended }

// stop ends the work in order and returns what went wrong with it.
func (b *background) stop() error {
	b.cancel()
	<-b.ended
	return b.err
}

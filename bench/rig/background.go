package rig

import "context"

// Background is work that goes on until it is stopped or fails. It is the
// half of a Measured that is alike for all.
type Background struct {
	cancel context.CancelFunc
	ended  chan struct{}
	err    error // why it ended; read it after ended
}

// Start begins the work.
func (b *Background) Start(ctx context.Context, run func(context.Context) error) {
	ctx, b.cancel = context.WithCancel(ctx)
	b.ended = make(chan struct{})
	go func() {
		defer close(b.ended)
		b.err = run(ctx)
	}()
}

// Over is closed when the work has ended, asked or not.
func (b *Background) Over() <-chan struct{} { return b.ended }

// Stop ends the work in order and returns what went wrong with it.
func (b *Background) Stop() error {
	b.cancel()
	<-b.ended
	return b.err
}

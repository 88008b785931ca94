package disk

import "sync/atomic"

// Failure is the first thing that went wrong.
type Failure struct {
	err  atomic.Pointer[error]
	done chan struct{}
}

// NewFailure returns one that is not set.
func NewFailure() *Failure { return &Failure{done: make(chan struct{})} }

// Set takes note of an error, unless there is one already.
func (f *Failure) Set(err error) {
	if f.err.CompareAndSwap(nil, &err) {
		close(f.done)
	}
}

// Err returns the first error, nil for none.
func (f *Failure) Err() error {
	if err := f.err.Load(); err != nil {
		return *err
	}
	return nil
}

// Done is closed when there is an error.
func (f *Failure) Done() <-chan struct{} { return f.done }

package stream

import (
	"os"
	"sync/atomic"
	"time"
)

const (
	// echoLate is how long an echo may take before this machine is late. On one
	// that is not it takes some 10 µs.
	echoLate = time.Millisecond
	// echoEvery is the least time from one to the next. One costs 4 µs.
	echoEvery = time.Millisecond
)

// echo tells whether this machine is late in hearing what comes over the network.
// It sends itself a byte through a pipe and waits for it as one waits for a
// connection. The runtime looks at all of those at a time, and only when it has
// nothing else to run: while the byte is not back, no answer is that came with it.
// How long whoever is called takes does not bear on it.
//
// The zero value is ready. One goroutine asks.
type echo struct {
	back func() // called when one has come of which was said that it is late; may be nil

	read, write *os.File // nil before the first, and when there is no pipe
	sent        time.Time

	away atomic.Bool // it is not back
	held atomic.Bool // it was said to be late
}

// late tells whether an echo takes too long, and sends the next one when none is
// under way.
func (e *echo) late() bool {
	late, next := e.look(time.Now())
	if next {
		e.open()
	}
	if next && e.read != nil {
		e.away.Store(true)
		go e.send()
	}
	return late
}

// look tells whether an echo takes too long, and whether it is time for the next.
func (e *echo) look(now time.Time) (late, next bool) {
	if !e.away.Load() {
		if next = now.Sub(e.sent) >= echoEvery; next {
			e.sent = now
		}
		return false, next
	}
	if now.Sub(e.sent) <= echoLate {
		return false, false
	}
	e.held.Store(true)
	return e.away.Load(), false // it may have come in this moment
}

// send sends an echo and waits for it. Another goroutine writes it, so that this one
// waits already when it comes.
func (e *echo) send() {
	go e.write.Write([]byte{0}) //nolint:errcheck // it fails when both ends are closed
	_, _ = e.read.Read(make([]byte, 1))
	e.away.Store(false)
	if e.held.Swap(false) && e.back != nil {
		e.back()
	}
}

// open makes the pipe if there is none. While none can be made nothing is late:
// then there are no files left, and no connections to be had either.
func (e *echo) open() {
	if e.read == nil {
		if read, write, err := os.Pipe(); err == nil {
			e.read, e.write = read, write
		}
	}
}

// close ends it. Nobody asks any more.
func (e *echo) close() {
	if e.read != nil {
		_, _ = e.write.Close(), e.read.Close()
	}
}

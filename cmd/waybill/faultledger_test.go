package main

import (
	"context"
	"io"
	"net"
	"net/http"
	"sync"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
	"github.com/stretchr/testify/require"
)

// faultSecret signs every webhook of the fault tests.
const faultSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

// ledger receives webhooks and writes down every call: it outlives whoever
// calls, and judges them by nothing that they say of themselves.
type ledger struct {
	address string
	verify  *standardwebhooks.Webhook

	mu     sync.Mutex
	calls  []call
	taken  map[string]int // ids that were answered well, and how often
	open   int            // calls that wait for their answer
	answer answer
	change chan struct{} // closed at the next change of any of these
}

// call is one call as it came.
type call struct {
	path, id, body string
	at             time.Time
	genuine        bool // its signature is right
	status         int  // it was answered with; 0: not at all
}

// answer says how a call is to be answered: with which status, after which
// wait. It runs while the call is open, whose context ends with the caller.
type answer func(ctx context.Context, path, id string) int

// well answers at once.
func well(context.Context, string, string) int { return http.StatusNoContent }

// never answers when the caller has given up.
func never(ctx context.Context, _, _ string) int {
	<-ctx.Done()
	return 0
}

// newLedger begins to receive; everything is answered well.
func newLedger(t *testing.T) *ledger {
	t.Helper()
	verify, err := standardwebhooks.NewWebhook(faultSecret)
	require.NoError(t, err)
	l := &ledger{verify: verify, taken: map[string]int{}, answer: well, change: make(chan struct{})}
	var config net.ListenConfig
	socket, err := config.Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	l.address = socket.Addr().String()
	server := &http.Server{Handler: l, ReadHeaderTimeout: time.Minute}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(socket) }()
	t.Cleanup(func() {
		require.NoError(t, server.Close())
		require.ErrorIs(t, <-ended, http.ErrServerClosed)
	})
	return l
}

// ServeHTTP implements http.Handler.
func (l *ledger) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // the caller went away in the middle: nothing has come
	}
	c := call{path: r.URL.Path, id: r.Header.Get(standardwebhooks.HeaderWebhookID), body: string(body), at: time.Now()}
	c.genuine = l.verify.Verify(body, r.Header) == nil
	l.mu.Lock()
	number, how := len(l.calls), l.answer
	l.calls = append(l.calls, c)
	l.open++
	l.changed()
	l.mu.Unlock()
	status := how(r.Context(), c.path, c.id)
	if status > 0 {
		w.WriteHeader(status)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.calls[number].status = status
	l.open--
	if status >= 200 && status < 300 {
		l.taken[c.id]++
	}
	l.changed()
	if status == 0 {
		panic(http.ErrAbortHandler) // it closes the connection without a word
	}
}

// changed tells those who wait. The lock is held.
func (l *ledger) changed() {
	close(l.change)
	l.change = make(chan struct{})
}

// behave changes how calls are answered from now on.
func (l *ledger) behave(how answer) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.answer = how
}

// await waits until something is so. It is asked with the lock held.
func (l *ledger) await(t *testing.T, what string, is func() bool) {
	t.Helper()
	deadline := time.NewTimer(patienceOfTests)
	defer deadline.Stop()
	for {
		l.mu.Lock()
		done, change := is(), l.change
		l.mu.Unlock()
		if done {
			return
		}
		select {
		case <-change:
		case <-deadline.C:
			l.mu.Lock()
			defer l.mu.Unlock()
			require.FailNow(t, "waiting for "+what, "%d calls came, %d are open, %d webhooks were taken", len(l.calls), l.open, len(l.taken))
		}
	}
}

// awaitTaken waits until so many different webhooks were answered well.
func (l *ledger) awaitTaken(t *testing.T, count int) {
	t.Helper()
	l.await(t, "webhooks", func() bool { return len(l.taken) >= count })
}

// seen are the calls so far.
func (l *ledger) seen() []call {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append([]call(nil), l.calls...)
}

package soak

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"time"

	"waybill/sinks/webhook"
)

// receiver takes webhooks as a careful one does: what comes again has no second
// effect. It is part of this process, for what is measured is not it.
type receiver struct {
	url    string
	server *http.Server

	mu      sync.Mutex
	hangs   chan struct{} // closed when it answers again; nil: it answers
	effects map[string]bool
	repeats int
	sent    map[string]time.Time // when the parcel's delivery was sent, by number
	delays  []float64            // of the present sample, in milliseconds
}

func newReceiver() (*receiver, error) {
	l, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listening for webhooks: %w", err)
	}
	r := &receiver{url: "http://" + l.Addr().String() + "/", effects: map[string]bool{}, sent: map[string]time.Time{}}
	r.server = &http.Server{Handler: r, ReadHeaderTimeout: time.Minute}
	go func() { _ = r.server.Serve(l) }() // it ends with close
	return r, nil
}

// ServeHTTP implements http.Handler.
func (r *receiver) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	body, err := io.ReadAll(q.Body)
	now := time.Now()
	r.mu.Lock()
	hangs := r.hangs
	r.mu.Unlock()
	if hangs != nil {
		select {
		case <-hangs:
		case <-q.Context().Done():
			return // whoever called has given up, and asks again
		}
	}
	if err != nil {
		return
	}
	r.take(q.Header.Get(webhook.HeaderID), body, now)
	w.WriteHeader(http.StatusNoContent)
}

func (r *receiver) take(id string, body []byte, now time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.effects[id] {
		r.repeats++
		return
	}
	r.effects[id] = true
	number := numberIn(body)
	if sent, known := r.sent[number]; known {
		r.delays = append(r.delays, float64(now.Sub(sent).Microseconds())/1000)
		delete(r.sent, number)
	}
}

// numberIn is the tracking number that a body tells of, empty for none.
func numberIn(body []byte) string {
	_, rest, _ := bytes.Cut(body, []byte(`"tracking_number":"`))
	number, _, _ := bytes.Cut(rest, []byte(`"`))
	return string(number)
}

// expect notes that a parcel's delivery is sent now.
func (r *receiver) expect(number string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.sent[number] = time.Now()
}

// sample takes the delays since the last one.
func (r *receiver) sample() []float64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	delays := r.delays
	r.delays = nil
	return delays
}

// hang makes it take calls and say nothing, until wake.
func (r *receiver) hang() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.hangs = make(chan struct{})
}

func (r *receiver) wake() {
	r.mu.Lock()
	defer r.mu.Unlock()
	close(r.hangs)
	r.hangs = nil
}

// has tells whether a webhook came.
func (r *receiver) has(id string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.effects[id]
}

// counts are the webhooks that came, and those that came again.
func (r *receiver) counts() (effects, repeats int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.effects), r.repeats
}

func (r *receiver) close() error {
	if err := r.server.Close(); err != nil && !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("ending the receiver: %w", err)
	}
	return nil
}

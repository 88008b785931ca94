package engine

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

// reader reads the counts as a consumer downstream does: when they are
// committed.
type reader struct {
	client *kgo.Client
	cancel context.CancelFunc
	done   chan struct{}

	mu      sync.Mutex
	seen    []time.Time // by number of the record that was counted; zero for not yet
	places  []int32     // by the same, the partition that its count is on
	newest  map[string]uint64
	count   int
	changed chan struct{} // closed when something has come
	err     error
}

// newReader reads the counts of all records.
func (sc scene) newReader(ctx context.Context, brokers []string) (*reader, error) {
	client, err := kgo.NewClient(
		kgo.SeedBrokers(brokers...), kgo.ConsumeTopics(sc.prefix+outputTopic), kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()),
		kgo.FetchIsolationLevel(kgo.ReadCommitted()), kgo.MetadataMinAge(100*time.Millisecond))
	if err != nil {
		return nil, fmt.Errorf("making a client that reads the counts: %w", err)
	}
	r := &reader{
		client: client, done: make(chan struct{}), changed: make(chan struct{}),
		seen: make([]time.Time, sc.records), places: make([]int32, sc.records), newest: map[string]uint64{},
	}
	ctx, r.cancel = context.WithCancel(ctx)
	go func() {
		defer close(r.done)
		for ctx.Err() == nil {
			r.take(client.PollFetches(ctx))
		}
	}()
	return r, nil
}

// take notes when counts came. One that comes twice, or does not follow the
// last one of its key, is an error.
func (r *reader) take(fetches kgo.Fetches) {
	now := time.Now()
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := fetches.Err(); err != nil && !errors.Is(err, context.Canceled) {
		r.err = errors.Join(r.err, fmt.Errorf("reading the counts: %w", err))
	}
	fetches.EachRecord(func(rec *kgo.Record) {
		number := numberOf(rec)
		if number >= len(r.seen) || !r.seen[number].IsZero() {
			r.err = errors.Join(r.err, fmt.Errorf("reading the counts: one came twice for record %d", number))
			return
		}
		key, n := string(rec.Key), countOf(rec)
		if last, known := r.newest[key]; known && n != last+1 {
			r.err = errors.Join(r.err, fmt.Errorf("reading the counts: %d came for key %s after %d", n, key, last))
			return
		}
		r.newest[key], r.seen[number], r.places[number] = n, now, rec.Partition
		r.count++
	})
	close(r.changed)
	r.changed = make(chan struct{})
}

// have waits until so many counts have come.
func (r *reader) have(ctx context.Context, want int) error {
	for {
		r.mu.Lock()
		count, changed, err := r.count, r.changed, r.err
		r.mu.Unlock()
		if count >= want || err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("waiting for counts, of which %d of %d have come: %w", count, want, context.Cause(ctx))
		case <-changed:
		}
	}
}

// quiet waits until nothing has come for a while, and returns how many there
// are.
func (r *reader) quiet(ctx context.Context, while time.Duration) (int, error) {
	for {
		r.mu.Lock()
		count, changed := r.count, r.changed
		r.mu.Unlock()
		idle := time.NewTimer(while)
		select {
		case <-ctx.Done():
			idle.Stop()
			return 0, fmt.Errorf("waiting for no more counts: %w", context.Cause(ctx))
		case <-changed:
			idle.Stop()
		case <-idle.C:
			return count, nil
		}
	}
}

// when returns the times at which counts came, by the number of the record.
func (r *reader) when() []time.Time {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]time.Time(nil), r.seen...)
}

// firstSince returns when the first count came after t; zero if none has.
func (r *reader) firstSince(t time.Time) (first time.Time) {
	for _, seen := range r.when() {
		if seen.After(t) && (first.IsZero() || seen.Before(first)) {
			first = seen
		}
	}
	return first
}

// firstIn returns when the first count came after t on each partition that has
// one.
func (r *reader) firstIn(t time.Time) map[int32]time.Time {
	r.mu.Lock()
	defer r.mu.Unlock()
	first := map[int32]time.Time{}
	for number, seen := range r.seen {
		if at, known := first[r.places[number]]; seen.After(t) && (!known || seen.Before(at)) {
			first[r.places[number]] = seen
		}
	}
	return first
}

func (r *reader) close() {
	r.cancel()
	<-r.done
	r.client.Close()
}

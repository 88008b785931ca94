package stream

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"golang.org/x/sync/errgroup"

	"waybill/internal/topiclog"
)

// broadcastWait is how long one read of a broadcast topic waits for news.
const broadcastWait = 500 * time.Millisecond

// tables holds the newest version of each broadcast table (rule E14).
type tables struct {
	cfg     *Config
	top     *topology
	clients []*kgo.Client // one for each of them
	waker   *waker
	now     []*table
}

// table is one broadcast topic as this process has read it.
type table struct {
	Broadcast
	client  *kgo.Client
	reader  *topiclog.Reader
	entries map[string][]byte
	built   atomic.Pointer[any]
	former  map[string][]byte // of entries that have changed since it was built: what they were then
}

// load reads every topic to the end that it has now, and builds the tables.
func (ts *tables) load(ctx context.Context) error {
	for i, b := range ts.cfg.Broadcasts {
		t := &table{Broadcast: b, client: ts.clients[i], former: map[string][]byte{}}
		what := "reading broadcast topic " + ts.cfg.Prefix + b.Topic
		if err := retry(ctx, ts.cfg.Logger, what, func() error { return ts.read(ctx, t) }); err != nil {
			return err
		}
		if _, err := t.build(); err != nil {
			return stopError{err}
		}
		ts.now = append(ts.now, t)
	}
	return nil
}

// read reads a topic to the end that it has now, from where it was left. If
// that is gone, the next try begins at the start.
func (ts *tables) read(ctx context.Context, t *table) error {
	full := ts.cfg.Prefix + t.Topic
	admin := kadm.NewClient(t.client)
	ends, err := listed(admin.ListEndOffsets(ctx, full))
	if err != nil {
		return err
	}
	if t.reader == nil {
		starts, err := listed(admin.ListStartOffsets(ctx, full))
		if err != nil {
			return err
		}
		t.reader, t.entries = topiclog.New(t.client, full, ts.top.ids[t.Topic], starts[full]), map[string][]byte{}
	}
	for !reached(t.reader.Position, ends[full]) {
		if _, err := t.update(ctx); err != nil {
			if errors.Is(err, kerr.OffsetOutOfRange) {
				t.reader = nil
			}
			return err
		}
	}
	return nil
}

// renew reads a topic from its start, for the position was lost: records were
// removed or the log was truncated, and nobody knows which keys went with them.
func (ts *tables) renew(ctx context.Context, t *table) error {
	fresh := &table{Broadcast: t.Broadcast, client: t.client}
	if err := ts.read(ctx, fresh); err != nil {
		return err
	}
	for key, was := range t.entries {
		if _, still := fresh.entries[key]; !still {
			t.changing(key, was)
		}
	}
	for key := range fresh.entries {
		t.changing(key, t.entries[key])
	}
	t.reader, t.entries = fresh.reader, fresh.entries
	return nil
}

// update reads once and tells whether anything came.
func (t *table) update(ctx context.Context) (bool, error) {
	records, err := t.reader.Fetch(ctx, broadcastWait)
	for _, r := range records {
		t.changing(string(r.Key), t.entries[string(r.Key)])
		if r.Value == nil {
			delete(t.entries, string(r.Key))
		} else {
			t.entries[string(r.Key)] = r.Value
		}
	}
	return len(records) > 0, err
}

// changing remembers what an entry is before it changes.
func (t *table) changing(key string, was []byte) {
	if _, known := t.former[key]; !known && t.Wakes != nil && t.built.Load() != nil {
		t.former[key] = was
	}
}

// build makes the table of what has been read, and returns the prefixes of the
// keys that are to hear of it.
func (t *table) build() (prefixes []string, err error) {
	var built any
	err = guard(func() (err error) {
		if built, err = t.Build(t.entries); err != nil {
			return err
		}
		for key, was := range t.former {
			is := t.entries[key]
			if bytes.Equal(was, is) && (was == nil) == (is == nil) {
				continue
			}
			if prefix := t.Wakes(key, was, is); prefix != "" {
				prefixes = append(prefixes, prefix)
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("building the table of broadcast topic %s: %w", t.Topic, err)
	}
	t.built.Store(&built)
	clear(t.former)
	return prefixes, nil
}

// follow keeps the tables up to date until the context ends.
func (ts *tables) follow(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	for _, t := range ts.now {
		g.Go(func() error {
			wait := patience{logger: ts.cfg.Logger, what: "following broadcast topic " + ts.cfg.Prefix + t.Topic}
			for ctx.Err() == nil {
				news, err := t.update(ctx)
				if errors.Is(err, kerr.OffsetOutOfRange) {
					ts.cfg.Logger.Warn("a broadcast topic no longer has what comes next, reading it from its start", "topic", t.Topic, "error", err)
					err = ts.renew(ctx, t)
					news = err == nil
				}
				if news {
					ts.rebuild(t)
				}
				if err == nil {
					wait.done()
				} else if ctx.Err() == nil {
					wait.wait(ctx, err)
				}
			}
			return nil
		})
	}
	return g.Wait()
}

// rebuild makes a table anew, and then has the keys woken that wait for it.
func (ts *tables) rebuild(t *table) {
	prefixes, err := t.build()
	if err != nil {
		ts.cfg.Logger.Error("a broadcast table cannot be built, the one before stays in use", "topic", t.Topic, "error", err)
		return
	}
	ts.waker.news(prefixes)
}

// current returns one version of all tables, by logical topic name.
func (ts *tables) current() map[string]any {
	if len(ts.now) == 0 {
		return nil
	}
	out := make(map[string]any, len(ts.now))
	for _, t := range ts.now {
		out[t.Topic] = *t.built.Load()
	}
	return out
}

// listed turns a listing of offsets into numbers by topic and partition.
func listed(offsets kadm.ListedOffsets, err error) (map[string]map[int32]int64, error) {
	if err == nil {
		err = offsets.Error()
	}
	if err != nil {
		return nil, fmt.Errorf("listing offsets: %w", err)
	}
	out := map[string]map[int32]int64{}
	for topic, partitions := range offsets {
		out[topic] = map[int32]int64{}
		for p, o := range partitions {
			out[topic][p] = o.Offset
		}
	}
	return out, nil
}

// reached tells whether every position is at or past its end.
func reached(position, end map[int32]int64) bool {
	for p, at := range position {
		if at < end[p] {
			return false
		}
	}
	return true
}

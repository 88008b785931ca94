package stream

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/pipeline/stream/store"
)

// changelog is the topic that stores are copies of, and how stores follow it:
// restores up to its end, standbys for ever.
type changelog struct {
	cfg   *Config
	topic string // full name
	id    [16]byte
	// life is for how long a store that was at the end of the changelog may
	// be carried on. Tombstones stay in the topic for delete.retention.ms,
	// and a store that missed one would keep a dead key for ever.
	life   atomic.Int64 // a time.Duration
	hidden atomic.Bool  // the settings may not be read, and that was said
}

// defaultTombstones is for how long brokers keep tombstones unless told
// otherwise.
const defaultTombstones = 24 * time.Hour

// newChangelog asks the broker for the topic's settings.
func newChangelog(ctx context.Context, cfg *Config, top *topology, client *kgo.Client) (*changelog, error) {
	l := &changelog{cfg: cfg, topic: cfg.Prefix + cfg.Changelog, id: top.ids[cfg.Changelog]}
	l.keep(defaultTombstones)
	return l, l.learn(ctx, client)
}

// keep takes the time that tombstones stay.
func (l *changelog) keep(retention time.Duration) {
	l.life.Store(int64(retention - retention/10)) // what is read must be read before it is gone
}

// learn asks the broker for the topic's settings, which may be changed at any
// time. Not every user may see them: then what was known stands.
func (l *changelog) learn(ctx context.Context, client *kgo.Client) error {
	configs, err := kadm.NewClient(client).DescribeTopicConfigs(ctx, l.topic)
	if err != nil {
		return fmt.Errorf("asking for the settings of %s: %w", l.topic, err)
	}
	described, err := configs.On(l.topic, nil)
	if err = errors.Join(err, described.Err); err != nil {
		if !l.hidden.Swap(true) {
			l.cfg.Logger.Warn("the changelog's delete.retention.ms cannot be read, and is taken to be what it was, a day at first", "topic", l.topic, "error", err)
		}
		return nil
	}
	l.hidden.Store(false)
	for _, c := range described.Configs {
		if ms, err := strconv.ParseInt(c.MaybeValue(), 10, 64); c.Key == "delete.retention.ms" && err == nil {
			l.keep(time.Duration(min(ms, int64(100*365*24*time.Hour/time.Millisecond))) * time.Millisecond)
		}
	}
	return nil
}

func (l *changelog) lifetime() time.Duration { return time.Duration(l.life.Load()) }

// refresh is how old a mark may grow before it is renewed.
func (l *changelog) refresh() time.Duration {
	return max(time.Second, min(l.cfg.StateRefresh, l.lifetime()/4))
}

func (l *changelog) stale(mark store.Mark, now time.Time) bool {
	return now.Sub(mark.At) >= l.refresh() || ahead(mark, now)
}

// clockSkew is how far ahead of this machine's clock a mark may be. One that is
// further was made while the clock was wrong: its age is not known.
const clockSkew = time.Minute

func ahead(mark store.Mark, now time.Time) bool { return mark.At.Sub(now) > clockSkew }

// misfit says why a store cannot be carried on from its mark, in a changelog
// that begins and ends as given; empty if it can.
func (l *changelog) misfit(mark store.Mark, start, end int64) string {
	switch {
	case mark.TopicID != l.id:
		return "it belongs to a topic that was deleted, or made anew since"
	case mark.Offset < start:
		return fmt.Sprintf("it ends at offset %d and the log begins at %d only", mark.Offset, start)
	case mark.Offset > end:
		return fmt.Sprintf("it ends at offset %d and the log at %d already: the log was truncated", mark.Offset, end)
	case ahead(mark, l.cfg.now()):
		return fmt.Sprintf("it says that it was up to date at %s, which is yet to come, so its age is not known", mark.At.UTC().Format(time.RFC3339))
	case l.expired(mark):
		return fmt.Sprintf("it was up to date at %s last, so it may have missed deletions", mark.At.UTC().Format(time.RFC3339))
	}
	return ""
}

// expired tells whether a store may have missed deletions.
func (l *changelog) expired(mark store.Mark) bool {
	now := l.cfg.now()
	return now.Sub(mark.At) > l.lifetime() || ahead(mark, now)
}

// fit makes a store one that can be carried on, and returns from where: one
// whose mark does not fit is wiped, and says at once where it begins: the log
// may hold nothing that would be written to it.
func (l *changelog) fit(partition int32, s store.Store, start, end int64) (store.Mark, error) {
	mark := s.Mark()
	reason := l.misfit(mark, start, end)
	if reason == "" {
		return mark, nil
	}
	if mark != (store.Mark{}) {
		l.cfg.Logger.Warn("a store cannot be carried on, its state is read anew", "app", l.cfg.App, "partition", partition, "reason", reason)
	}
	if err := s.Wipe(); err != nil {
		return mark, storeError{fmt.Errorf("wiping the store of partition %d: %w", partition, err)}
	}
	mark = store.Mark{TopicID: l.id, Offset: start, At: l.cfg.now()}
	return mark, apply(s, store.Batch{Mark: mark})
}

// changesOf turns changelog records into what they change.
func changesOf(records []*kgo.Record) (changes []store.Change, bytes int64, err error) {
	changes = make([]store.Change, 0, len(records))
	for _, rec := range records {
		change := store.Change{Key: string(rec.Key), Value: rec.Value}
		if rec.Value != nil {
			if change.WakeAt, _, err = parseEnvelope(rec.Value); err != nil {
				return nil, 0, stopError{fmt.Errorf("partition %d, offset %d: %w", rec.Partition, rec.Offset, err)}
			}
		}
		changes = append(changes, change)
		bytes += int64(len(rec.Key) + len(rec.Value))
	}
	return changes, bytes, nil
}

// lookupCost is about how many keys a store counts in the time that it takes
// to look one up.
const lookupCost = 8

// write applies what was read of a changelog that goes on for so many records:
// in bulk, after which the store has to count its keys once, when that is
// cheaper than to look at the former value of each.
func write(s store.Store, b store.Batch, behind int64) (loaded bool, err error) {
	keys, _ := s.Size()
	if len(b.Changes) == 0 || (behind+int64(len(b.Changes)))*lookupCost < int64(keys) {
		return false, apply(s, b)
	}
	if err := s.Load(b); err != nil {
		return true, storeError{fmt.Errorf("writing to the store: %w", err)}
	}
	return true, nil
}

func apply(s store.Store, b store.Batch) error {
	if err := s.Apply(b); err != nil {
		return storeError{fmt.Errorf("writing to the store: %w", err)}
	}
	return nil
}

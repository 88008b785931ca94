package reshard

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"sync"
	"sync/atomic"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"waybill/internal/topiclog"
	"waybill/pipeline/stream/layout"
)

// readWait is how long one read of the changelog waits for records that are
// not committed yet.
const readWait = 200 * time.Millisecond

// transact commits the group's offsets for a number of partitions and, with a
// report, copies the state to where it then belongs: both or neither.
func transact(ctx context.Context, cfg *Config, asking *kadm.Client, partitions int32, report *Report) error {
	longest, err := longestTransaction(ctx, asking)
	if err != nil {
		return err
	}
	m, err := join(ctx, cfg, asking, longest)
	if err != nil {
		return err
	}
	defer m.leave(ctx)
	// Now nobody else works, and what is there stays so.
	s, err := look(ctx, cfg, m.client)
	if err != nil {
		return err
	}
	if err := s.check(); err != nil {
		return err
	}
	if err := m.group.Begin(); err != nil {
		return fmt.Errorf("beginning a transaction: %w", err)
	}
	if report != nil {
		mv := &mover{survey: s, client: m.client, window: map[string]*kgo.Record{}}
		if err := mv.copy(ctx); err != nil {
			return errors.Join(fmt.Errorf("moving the state of %s (the broker lets it take %v): %w", cfg.App, longest, err), m.abort(ctx))
		}
		report.Moved, report.StreamTime = mv.moved, s.streamTime()
		_, report.Waiting = s.waiting()
	}
	return m.commit(ctx, s.positions(partitions))
}

// positions are the offsets of all partitions of the new layout: where they
// were or, where there were none, the start of the log: producers may have
// found the new partitions before us. If the layout stays, tasks that have
// none stay without.
func (s *survey) positions(partitions int32) []kmsg.TxnOffsetCommitRequestTopic {
	var topics []kmsg.TxnOffsetCommitRequestTopic
	for _, name := range s.cfg.Inputs {
		topic := kmsg.NewTxnOffsetCommitRequestTopic()
		topic.Topic, topic.TopicID = s.cfg.Prefix+name, s.ids[name]
		for partition := range partitions {
			c := s.tasks[partition][name]
			note := layout.Note{
				StreamTime: s.streamTime(), Input: s.ids[name], Changelog: s.ids[s.cfg.Changelog],
				Inputs: s.cfg.Inputs, Partitions: partitions,
			}
			if partitions == s.from {
				note.StreamTime = c.Note.StreamTime
			}
			p := kmsg.NewTxnOffsetCommitRequestTopicPartition()
			p.Partition, p.Offset, p.Metadata = partition, c.Offset, new(note.String())
			if c.Offset < 0 && partitions == s.from {
				continue
			}
			if c.Offset < 0 {
				p.Offset = s.start[name][partition]
			}
			topic.Partitions = append(topic.Partitions, p)
		}
		topics = append(topics, topic)
	}
	return topics
}

// mover copies the state of keys to the partitions where they belong in the
// new layout, and removes it from where they did. It keeps the newest records
// of as many keys as fit in the window, not of all: what is written twice is
// written in order, and the last one counts.
type mover struct {
	*survey

	client *kgo.Client
	window map[string]*kgo.Record // by key
	bytes  int
	moved  int64
	due    int64 // records that were to be written until now

	written atomic.Int64

	mu     sync.Mutex
	failed error // the first write that did
}

// copy reads the changelog as far as it goes and writes what has to move.
func (m *mover) copy(ctx context.Context) error {
	name := m.cfg.Changelog
	position := maps.Clone(m.start[name])
	maps.DeleteFunc(position, func(p int32, _ int64) bool { return p >= m.from })
	reader := topiclog.New(m.client, m.cfg.Prefix+name, m.ids[name], position)
	worked := time.Now()
	for done, total := m.progress(position); done < total; done, total = m.progress(position) {
		records, err := reader.Fetch(ctx, readWait)
		for _, r := range records {
			if err := m.take(ctx, r); err != nil {
				return err
			}
		}
		if err == nil {
			worked = time.Now()
		} else if time.Since(worked) > m.cfg.Patience || !pause(ctx) {
			return err
		}
		if m.cfg.Progress != nil {
			m.cfg.Progress(m.progress(position))
		}
	}
	tell := func() {
		if m.cfg.Written != nil {
			m.cfg.Written(m.written.Load(), m.due)
		}
	}
	if err := m.write(ctx, tell); err != nil {
		return err
	}
	if err := m.client.Flush(ctx); err != nil {
		return fmt.Errorf("waiting for state to be written: %w", err)
	}
	tell()
	return m.failure()
}

// progress returns how many offsets were read, and how many there are.
func (m *mover) progress(position map[int32]int64) (done, total int64) {
	for p, at := range position {
		start, end := m.start[m.cfg.Changelog][p], m.end[m.cfg.Changelog][p]
		done += min(at, end) - start
		total += end - start
	}
	return done, total
}

// take looks at a record of the changelog. What does not lie where the key
// belonged is the rest of an earlier move, and has been removed since.
func (m *mover) take(ctx context.Context, r *kgo.Record) error {
	if r.Offset >= m.end[m.cfg.Changelog][r.Partition] || layout.PartitionOf(r.Key, int(m.from)) != r.Partition {
		return nil
	}
	if layout.PartitionOf(r.Key, int(m.cfg.Partitions)) == r.Partition {
		return nil
	}
	key := string(r.Key)
	if former := m.window[key]; former != nil {
		m.bytes -= size(former)
	}
	m.window[key] = r
	if m.bytes += size(r); m.bytes >= m.cfg.WindowBytes {
		return m.write(ctx, func() {})
	}
	return nil
}

// size is about what a record takes in memory.
func size(r *kgo.Record) int { return 256 + len(r.Key) + len(r.Value) }

// write copies what is in the window, and tells after each key. It holds up while
// the client has enough that is not written.
func (m *mover) write(ctx context.Context, tell func()) error {
	for _, r := range m.window {
		m.due++
		if r.Value != nil {
			m.due++
		}
	}
	for key, r := range m.window {
		to := layout.PartitionOf(r.Key, int(m.cfg.Partitions))
		m.produce(ctx, to, r.Key, r.Value)
		if r.Value != nil {
			m.produce(ctx, r.Partition, r.Key, nil)
		}
		m.moved++
		delete(m.window, key)
		tell()
	}
	m.bytes = 0
	return m.failure()
}

func (m *mover) produce(ctx context.Context, partition int32, key, value []byte) {
	r := &kgo.Record{Topic: m.cfg.Prefix + m.cfg.Changelog, Partition: partition, Key: key, Value: value}
	m.client.Produce(ctx, r, func(_ *kgo.Record, err error) {
		if err == nil {
			m.written.Add(1)
			return
		}
		m.mu.Lock()
		defer m.mu.Unlock()
		if m.failed == nil {
			m.failed = fmt.Errorf("writing state to partition %d: %w", partition, err)
		}
	})
}

func (m *mover) failure() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.failed
}

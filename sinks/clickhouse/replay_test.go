package clickhouse

import (
	"context"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kgo"
)

// replayLog is a log in memory that is read again from the last commit. Repeats
// and kills cost nothing on it, so many can be tried.
type replayLog struct {
	records   map[string]map[int32][]*kgo.Record
	committed map[string]map[int32]int64
	buried    map[string]bool
}

func newReplayLog() *replayLog {
	return &replayLog{records: make(map[string]map[int32][]*kgo.Record), committed: make(map[string]map[int32]int64), buried: make(map[string]bool)}
}

// add appends records, each to its topic and partition, and gives them their offsets.
func (l *replayLog) add(records ...*kgo.Record) {
	for _, rec := range records {
		if l.records[rec.Topic] == nil {
			l.records[rec.Topic], l.committed[rec.Topic] = make(map[int32][]*kgo.Record), make(map[int32]int64)
		}
		rec.Offset = int64(len(l.records[rec.Topic][rec.Partition]))
		l.records[rec.Topic][rec.Partition] = append(l.records[rec.Topic][rec.Partition], rec)
	}
}

// all gives every record.
func (l *replayLog) all() []*kgo.Record {
	var all []*kgo.Record
	for _, partitions := range l.records {
		for _, records := range partitions {
			all = append(all, records...)
		}
	}
	return all
}

// replaySource reads such a log as one member that has all partitions. It asks
// for the end of the sink when all is read and committed.
type replaySource struct {
	*replayLog
	random *rand.Rand
	next   map[string]map[int32]int64
	ended  context.CancelFunc
}

func (l *replayLog) source(random *rand.Rand, ended context.CancelFunc) *replaySource {
	next := make(map[string]map[int32]int64)
	for topic, partitions := range l.committed {
		next[topic] = maps.Clone(partitions)
	}
	return &replaySource{l, random, next, ended}
}

// poll gives a few records of one partition.
func (s *replaySource) poll(_ context.Context, limit int) kgo.Fetches {
	var open []*kgo.Record // the next record of each partition
	for topic, partitions := range s.records {
		for partition, records := range partitions {
			if at := s.next[topic][partition]; at < int64(len(records)) {
				open = append(open, records[at])
			}
		}
	}
	if len(open) == 0 {
		s.ended()
		return nil
	}
	slices.SortFunc(open, func(a, b *kgo.Record) int { return strings.Compare(positionOf(a), positionOf(b)) }) // maps have no order, and a seed should
	first := open[s.random.IntN(len(open))]
	records := s.records[first.Topic][first.Partition][first.Offset:]
	records = records[:min(len(records), limit, 1+s.random.IntN(8))]
	s.next[first.Topic][first.Partition] += int64(len(records))
	return kgo.Fetches{{Topics: []kgo.FetchTopic{{Topic: first.Topic, Partitions: []kgo.FetchPartition{{Partition: first.Partition, Records: records}}}}}}
}

func (s *replaySource) commit(_ context.Context, next map[string]map[int32]kgo.EpochOffset) error {
	for topic, partitions := range next {
		for partition, at := range partitions {
			s.committed[topic][partition] = at.Offset
		}
	}
	return nil
}

func (s *replaySource) bury(_ context.Context, refused []refusal) error {
	for _, r := range refused {
		s.buried[positionOf(r.record)] = true
	}
	return nil
}

func (s *replaySource) allowRebalance() {}
func (s *replaySource) blockRebalance() {}
func (s *replaySource) close()          {}

// carryOn runs a sink on a log until it is settled or dies at its nth step.
func (l *replayLog) carryOn(t testing.TB, cfg Config, random *rand.Rand, n int) (died bool) {
	t.Helper()
	sink, err := New(cfg)
	require.NoError(t, err)
	server, err := openStore(cfg.ClickHouse)
	require.NoError(t, err)
	defer func() { require.NoError(t, server.close()) }()
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	defer func() {
		if p := recover(); p != nil {
			require.IsType(t, killed{}, p)
			died = true
		}
	}()
	f := &fate{left: n} // with 0 it lives
	require.NoError(t, sink.loop(ctx, mortalSource{l.source(random, stop), f}, mortalStore{server, f}))
	return false
}

package clickhouse

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
)

// lagInterval is how often the lag is looked up. It is asked of the broker and
// not taken from what is read, for while ClickHouse is down nothing is read.
const lagInterval = 5 * time.Second

// Lag tells how many offsets a group has yet to settle over all partitions of
// the topics that the sink reads: 0 means that everything that was committed to
// the topics before the call is in the tables. Any client of the same Kafka
// will do. Prefix and group are those of the Config; an empty group means its
// default.
func Lag(ctx context.Context, client *kgo.Client, prefix, group string) (int64, error) {
	if group == "" {
		group = prefix + DefaultGroup
	}
	admin := kadm.NewClient(client)
	var topics []string
	for _, topic := range topicOrder() {
		topics = append(topics, prefix+topic)
	}
	ends, err := admin.ListCommittedOffsets(ctx, topics...)
	if err == nil {
		err = ends.Error()
	}
	if err != nil {
		return 0, fmt.Errorf("reading the ends of the topics: %w", err)
	}
	starts, err := admin.ListStartOffsets(ctx, topics...)
	if err != nil {
		return 0, fmt.Errorf("reading the beginnings of the topics: %w", err)
	}
	committed, err := admin.FetchOffsets(ctx, group)
	if err != nil && !errors.Is(err, kerr.GroupIDNotFound) { // then nothing was committed yet
		return 0, fmt.Errorf("reading the offsets of group %s: %w", group, err)
	}
	var lag int64
	ends.Each(func(end kadm.ListedOffset) {
		var from int64
		if start, ok := starts.Lookup(end.Topic, end.Partition); ok {
			from = start.Offset
		}
		if at, ok := committed.Lookup(end.Topic, end.Partition); ok && at.At >= 0 {
			from = max(from, at.At)
		}
		lag += max(0, end.Offset-from)
	})
	return lag, nil
}

// watchLag keeps the series of the lag: one for each partition that this member
// has, none for others.
func (s *Sink) watchLag(ctx context.Context, client *kgo.Client) {
	admin := kadm.NewClient(client)
	for ctx.Err() == nil {
		s.measureLag(ctx, admin, client.CommittedOffsets())
		sleep(ctx, lagInterval)
	}
}

func (s *Sink) measureLag(ctx context.Context, admin *kadm.Client, committed map[string]map[int32]kgo.EpochOffset) {
	topics := make([]string, 0, len(committed))
	for topic := range committed {
		topics = append(topics, topic)
	}
	if len(topics) == 0 {
		s.metrics.lag.Reset()
		return
	}
	ends, err := admin.ListCommittedOffsets(ctx, topics...)
	if err != nil {
		if ctx.Err() == nil {
			s.cfg.Logger.Warn("measuring the lag failed", "error", err)
		}
		return
	}
	s.metrics.lag.Reset()
	ends.Each(func(end kadm.ListedOffset) {
		at, mine := committed[end.Topic][end.Partition]
		if mine && end.Err == nil {
			s.metrics.lag.WithLabelValues(s.logical(end.Topic), strconv.Itoa(int(end.Partition))).Set(float64(end.Offset - max(0, at.Offset)))
		}
	})
}

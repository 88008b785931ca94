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
const lagInterval = 2 * time.Second

// Lag tells how many offsets a group has yet to settle over all partitions of
// the topics that the sink reads: 0 means that everything that was committed to
// the topics before the call is in the tables. Any client of the same Kafka
// will do. Prefix and group are those of the Config; an empty group means its
// default.
func Lag(ctx context.Context, client *kgo.Client, prefix, group string) (int64, error) {
	if group == "" {
		group = prefix + DefaultGroup
	}
	var sum int64
	err := eachLag(ctx, kadm.NewClient(client), prefix, group, func(_ string, _ int32, lag int64) { sum += lag })
	return sum, err
}

// eachLag tells the lag of each partition of the topics that the sink reads.
func eachLag(ctx context.Context, admin *kadm.Client, prefix, group string, tell func(topic string, partition int32, lag int64)) error {
	var topics []string
	for _, topic := range Topics() {
		topics = append(topics, prefix+topic)
	}
	ends, err := admin.ListCommittedOffsets(ctx, topics...)
	if err == nil {
		err = ends.Error()
	}
	if err != nil {
		return fmt.Errorf("reading the ends of the topics: %w", err)
	}
	starts, err := admin.ListStartOffsets(ctx, topics...)
	if err != nil {
		return fmt.Errorf("reading the beginnings of the topics: %w", err)
	}
	committed, err := admin.FetchOffsets(ctx, group)
	if err != nil && !errors.Is(err, kerr.GroupIDNotFound) { // then nothing was committed yet
		return fmt.Errorf("reading the offsets of group %s: %w", group, err)
	}
	ends.Each(func(end kadm.ListedOffset) {
		var from int64
		if start, ok := starts.Lookup(end.Topic, end.Partition); ok {
			from = start.Offset
		}
		if at, ok := committed.Lookup(end.Topic, end.Partition); ok {
			from = max(from, at.At)
		}
		tell(end.Topic, end.Partition, max(0, end.Offset-from))
	})
	return nil
}

// watchLag keeps the series of the lag: one for each partition that this member
// has, none for others.
func (s *Sink) watchLag(ctx context.Context, kafka *kafkaSource) {
	admin := kadm.NewClient(kafka.client)
	defer s.metrics.age.Reset()
	defer s.metrics.lag.Reset()
	for ctx.Err() == nil {
		err := eachLag(ctx, admin, s.cfg.Prefix, s.cfg.Group, func(topic string, partition int32, lag int64) {
			labels := []string{s.logical(topic), strconv.Itoa(int(partition))}
			if kafka.owns(topic, partition) {
				s.metrics.lag.WithLabelValues(labels...).Set(float64(lag))
				s.metrics.age.WithLabelValues(labels...).Set(s.ages.of(topic, partition, lag, time.Now()).Seconds())
			} else {
				s.metrics.lag.DeleteLabelValues(labels...)
				s.metrics.age.DeleteLabelValues(labels...)
				s.ages.forget(topic, partition)
			}
		})
		if err != nil && ctx.Err() == nil {
			s.cfg.Logger.Warn("measuring the lag failed", "error", err)
		}
		sleep(ctx, lagInterval)
	}
}

package overview

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"

	"waybill/schemas"
)

// Log is what Kafka tells, of all instances.
type Log struct {
	Jobs   []JobState `json:"jobs"`
	Topics []Arrivals `json:"topics"`
}

// JobState is how a job does.
type JobState struct {
	Job   string `json:"job"`
	Group string `json:"group"`
	// State is the group's, as Kafka has it: Stable, Empty (nobody works), Dead
	// (nobody ever did), PreparingRebalance or CompletingRebalance.
	State   string `json:"state"`
	Members int    `json:"members"`
	// LagRecords are offsets between what is committed and what can be read; a
	// partition without a record among them counts none.
	LagRecords int64 `json:"lag_records"`
	// LagS is how old the oldest record is that is not committed, in seconds; nil
	// where it could not be read in time.
	LagS *float64 `json:"lag_s"`
}

// Arrivals are the offsets that a topic grew by, markers of transactions among
// them.
type Arrivals struct {
	Topic      string `json:"topic"`
	LastMinute int64  `json:"last_minute"`
	Window     int64  `json:"window"`
}

// counted are the topics whose arrivals are told.
func counted() []string {
	return []string{schemas.TopicRegistrations, schemas.TopicCarrierEvents, schemas.TopicDeadLetters}
}

// offsets are positions in a topic by partition.
type offsets = kadm.ListedOffsets

// bounds are where topics begin and end, for a reader of committed records.
type bounds struct{ starts, ends offsets }

func (o *Overview) log(ctx context.Context, now time.Time) (*Log, error) {
	admin := kadm.NewClient(o.cfg.Kafka)
	topics := counted()
	for _, j := range o.cfg.Jobs {
		topics = append(topics, j.Topics...)
	}
	slices.Sort(topics)
	topics = o.prefixed(slices.Compact(topics))
	var b bounds
	var err error
	if b.starts, err = listed(admin.ListStartOffsets(ctx, topics...)); err != nil {
		return nil, fmt.Errorf("asking Kafka where the topics start: %w", err)
	}
	if b.ends, err = listed(admin.ListCommittedOffsets(ctx, topics...)); err != nil {
		return nil, fmt.Errorf("asking Kafka where the topics end: %w", err)
	}
	l := new(Log)
	if l.Topics, err = o.arrivals(ctx, admin, b.ends, now); err != nil {
		return nil, err
	}
	l.Jobs, err = o.jobs(ctx, admin, &b, now)
	return l, err
}

// jobs tells of each group how it is and how far it is behind. Where that may not
// be seen (it takes Describe on the groups), there are none.
func (o *Overview) jobs(ctx context.Context, admin *kadm.Client, b *bounds, now time.Time) ([]JobState, error) {
	groups := make([]string, 0, len(o.cfg.Jobs))
	for _, j := range o.cfg.Jobs {
		groups = append(groups, o.cfg.Prefix+j.Name)
	}
	described, err := admin.DescribeGroups(ctx, groups...)
	if err != nil {
		return []JobState{}, fmt.Errorf("asking Kafka about the groups: %w", err)
	}
	committed := admin.FetchManyOffsets(ctx, groups...)
	all := []JobState{}
	for _, j := range o.cfg.Jobs {
		group := o.cfg.Prefix + j.Name
		d := described[group]
		unknown := errors.Is(d.Err, kerr.GroupIDNotFound) || d.State == stateDead
		if j.Optional && unknown {
			continue
		}
		if err := errors.Join(d.Err, committed[group].Err); err != nil && !unknown {
			return []JobState{}, fmt.Errorf("asking Kafka about the group %s: %w", group, err)
		}
		s := JobState{Job: j.Name, Group: group, State: cmp.Or(d.State, stateDead), Members: len(d.Members)}
		s.LagRecords, s.LagS = o.behind(ctx, now, o.prefixed(j.Topics), committed[group].Fetched, b)
		all = append(all, s)
	}
	return all, nil
}

// stateDead is that of a group that Kafka does not know.
const stateDead = "Dead"

func (o *Overview) prefixed(topics []string) []string {
	all := slices.Clone(topics)
	for i := range all {
		all[i] = o.cfg.Prefix + all[i]
	}
	return all
}

// arrivals tells how much came into topics.
func (o *Overview) arrivals(ctx context.Context, admin *kadm.Client, ends offsets, now time.Time) ([]Arrivals, error) {
	topics := o.prefixed(counted())
	since := func(ago time.Duration) (offsets, error) {
		first, err := listed(admin.ListOffsetsAfterMilli(ctx, now.Add(-ago).UnixMilli(), topics...))
		if err != nil {
			return nil, fmt.Errorf("asking Kafka what came in: %w", err)
		}
		return first, nil
	}
	minute, err := since(time.Minute)
	if err != nil {
		return nil, err
	}
	whole, err := since(window)
	if err != nil {
		return nil, err
	}
	all := make([]Arrivals, 0, len(topics))
	for _, topic := range topics {
		all = append(all, Arrivals{
			Topic: strings.TrimPrefix(topic, o.cfg.Prefix), LastMinute: between(minute, ends, topic), Window: between(whole, ends, topic),
		})
	}
	return all, nil
}

// listed gives positions if all of them could be had.
func listed(all offsets, err error) (offsets, error) {
	if err == nil {
		err = all.Error()
	}
	return all, err
}

// between counts the offsets of a topic from one list of positions to another.
func between(from, to offsets, topic string) (n int64) {
	for partition, end := range to[topic] {
		n += max(0, end.Offset-from[topic][partition].Offset)
	}
	return n
}

package rig

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
)

// The part of a load that a span is of: what comes before is to warm up, and
// behind it some workers have nothing left to do. In percent.
const (
	spanFrom = 10
	spanTo   = 90
)

// mark is how far a group is, and what was used until then.
type mark struct {
	records int64
	at      time.Time
	used    time.Duration // by the measured process
	times   procTimes
}

// MeasureSpan is Measure for processes that are compared from outside, whatever
// they are written in: it looks at what the group has committed of topic, and
// measures from the commit that passes a tenth of it to the one that passes nine
// tenths. The turn's records are those in between.
func MeasureSpan(ctx context.Context, s *Stage, p *Process, group, topic string) (t Turn, err error) {
	defer func() { err = errors.Join(err, p.Close()) }()
	if err := p.Begin(); err != nil {
		return t, err
	}
	if err := s.Open(ctx); err != nil {
		return t, err
	}
	admin := kadm.NewClient(s.Client)
	ends, err := admin.ListEndOffsets(ctx, topic)
	if err = errors.Join(err, ends.Error()); err != nil {
		return t, fmt.Errorf("asking where %s ends: %w", topic, err)
	}
	all := int64(0)
	ends.Each(func(end kadm.ListedOffset) { all += end.Offset })
	from, err := p.reach(admin, group, topic, all*spanFrom/100)
	if err != nil {
		return t, err
	}
	to, err := p.reach(admin, group, topic, all*spanTo/100)
	if err != nil {
		return t, err
	}
	if err := s.Handled(p.Alive(), group); err != nil {
		return t, err
	}
	peak := p.Peak()
	if _, err = p.End(); err != nil {
		return t, err
	}
	if to.records == from.records {
		return t, fmt.Errorf("group %s committed all of %s at once: the load is too small to be measured", group, topic)
	}
	used := to.used - from.used
	return Turn{
		Records: int(to.records - from.records), Took: to.at.Sub(from.at), Used: Usage{CPU: used, Peak: peak},
		Broker: max(0, to.times.children-from.times.children-used), Others: max(0, to.times.others-from.times.others),
	}, nil
}

// reach waits until a group has committed so many records of a topic.
func (p *Process) reach(admin *kadm.Client, group, topic string, records int64) (m mark, err error) {
	ctx := p.Alive()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		committed, err := admin.FetchOffsets(ctx, group)
		if err != nil && ctx.Err() == nil {
			return m, fmt.Errorf("asking how far group %s is: %w", group, err)
		}
		m.records = 0
		for _, at := range committed[topic] {
			m.records += max(0, at.At)
		}
		if m.records >= records {
			m.at, m.used = time.Now(), p.CPU()
			m.times, err = readTimes()
			return m, err
		}
		select {
		case <-ctx.Done():
			return m, fmt.Errorf("waiting for group %s, which has handled %d of %d records: %w", group, m.records, records, context.Cause(ctx))
		case <-tick.C:
		}
	}
}

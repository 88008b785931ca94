package rig

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
)

// The part of a load that a span is of: what comes before is to warm up, and
// behind it some workers have nothing left to do. In percent.
const (
	spanFrom = 10
	spanTo   = 90
)

// mark is how much was written, and what was used until then.
type mark struct {
	written int64 // records of the output, those of open transactions among them
	at      time.Time
	used    time.Duration // by the measured process
	times   procTimes
}

// MeasureSpan is Measure for processes that are compared from outside, whatever
// they are written in and however seldom they commit: it looks at how many records
// lie on output, and measures from a tenth of what is there in the end to nine
// tenths. The turn's records are that part of records. It fails on a load so small
// that both pass at once.
func MeasureSpan(ctx context.Context, s *Stage, p *Process, group, output string, records int) (t Turn, err error) {
	defer func() { err = errors.Join(err, p.Close()) }()
	if err := p.Begin(); err != nil {
		return t, err
	}
	if err := s.Open(ctx); err != nil {
		return t, err
	}
	handled := make(chan error, 1)
	go func() { handled <- s.Handled(p.Alive(), group) }()
	marks, err := p.watch(s, output, int64(records/100), handled)
	if err != nil {
		return t, err
	}
	peak := p.Peak()
	if _, err = p.End(); err != nil {
		return t, err
	}
	all := marks[len(marks)-1].written
	from, to := passing(marks, all*spanFrom/100), passing(marks, all*spanTo/100)
	if to.written == from.written {
		return t, fmt.Errorf("all of %s was written at once: the load is too small to be measured", output)
	}
	used := to.used - from.used
	return Turn{
		Records: int(int64(records) * (to.written - from.written) / all), Took: to.at.Sub(from.at), Used: Usage{CPU: used, Peak: peak},
		Broker: max(0, to.times.children-from.times.children-used), Others: max(0, to.times.others-from.times.others),
	}, nil
}

// watch marks whenever at least step records more lie on a topic, and in the end,
// until handled tells.
func (p *Process) watch(s *Stage, topic string, step int64, handled <-chan error) (marks []mark, err error) {
	admin := kadm.NewClient(s.Client)
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for over, next := false, int64(1); !over; {
		select {
		case err := <-handled:
			if err != nil {
				return nil, err
			}
			over = true
		case <-tick.C:
		}
		ends, err := admin.ListEndOffsets(p.Alive(), topic)
		if err = errors.Join(err, ends.Error()); err != nil {
			return nil, fmt.Errorf("asking how much was written to %s: %w", topic, err)
		}
		m := mark{at: time.Now(), used: p.CPU()}
		ends.Each(func(end kadm.ListedOffset) { m.written += end.Offset })
		if m.written < next && !over {
			continue
		}
		if m.times, err = readTimes(); err != nil {
			return nil, err
		}
		marks, next = append(marks, m), m.written+max(1, step)
	}
	return marks, nil
}

// passing is the first mark with so many records; the last has them.
func passing(marks []mark, written int64) mark {
	return marks[slices.IndexFunc(marks, func(m mark) bool { return m.written >= written })]
}

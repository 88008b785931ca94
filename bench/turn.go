package main

import (
	"context"
	"errors"
	"time"
)

// turn is what one turn gave.
type turn struct {
	rawEvents int
	took      time.Duration // from the moment the load can be seen until all of it is handled
	used      usage         // by the measured process
	broker    time.Duration // processor time of the broker; 0 where it is not known
	others    time.Duration // processor time of what is not of this command; 0 where it is not known
	wrote     tallies       // by topic
}

// rate gives raw events a second.
func (t turn) rate() float64 { return float64(t.rawEvents) / t.took.Seconds() }

// cost gives processor time of the measured process in microseconds per raw event.
func (t turn) cost() float64 { return t.perRaw(t.used.CPU) }

func (t turn) perRaw(cpu time.Duration) float64 {
	return float64(cpu.Nanoseconds()) / 1000 / float64(t.rawEvents)
}

// cores gives how many processor cores a processor time kept busy.
func (t turn) cores(cpu time.Duration) float64 { return cpu.Seconds() / t.took.Seconds() }

// measure runs one turn on a stage. ready is called when the measured process
// waits for work.
func measure(ctx context.Context, s *stage, group string, o *order, ready func() error) (t turn, err error) {
	o.Brokers = s.kafka.Addrs()
	p, wrote, err := startProcess(ctx, o)
	if err != nil {
		return t, err
	}
	defer func() { err = errors.Join(err, p.close()) }()
	t = turn{rawEvents: s.rawEvents, wrote: wrote}
	if err := ready(); err != nil {
		return t, err
	}
	if _, err := p.ask(wordBegin); err != nil {
		return t, err
	}
	before, err := readTimes()
	if err != nil {
		return t, err
	}
	began := time.Now()
	if err := s.open(ctx); err != nil {
		return t, err
	}
	if err := s.handled(p.alive, group); err != nil {
		return t, err
	}
	t.took = time.Since(began)
	after, err := readTimes()
	if err != nil {
		return t, err
	}
	end, err := p.ask(wordEnd)
	t.used = end.Used
	t.broker = max(0, after.children-before.children-end.Used.CPU)
	t.others = max(0, after.others-before.others)
	return t, err
}

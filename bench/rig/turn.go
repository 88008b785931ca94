package rig

import (
	"context"
	"time"
)

// Turn is what one turn gave.
type Turn struct {
	Records int           // of the load
	Took    time.Duration // from the moment the load can be seen until all of it is handled
	Used    Usage         // by the measured process
	Broker  time.Duration // processor time of the broker; 0 where it is not known
	Others  time.Duration // processor time of what is not of this command; 0 where it is not known
	Wrote   Tallies       // by topic
}

// Rate gives records of the load a second.
func (t Turn) Rate() float64 { return float64(t.Records) / t.Took.Seconds() }

// Cost gives processor time of the measured process in microseconds per record.
func (t Turn) Cost() float64 { return t.PerRecord(t.Used.CPU) }

// PerRecord gives a processor time in microseconds per record.
func (t Turn) PerRecord(cpu time.Duration) float64 {
	return float64(cpu.Nanoseconds()) / 1000 / float64(t.Records)
}

// Allocations gives those of the measured process per record.
func (t Turn) Allocations() float64 { return float64(t.Used.Allocations) / float64(t.Records) }

// Cores gives how many processor cores a processor time kept busy.
func (t Turn) Cores(cpu time.Duration) float64 { return cpu.Seconds() / t.Took.Seconds() }

// Pair is a turn of ours and the turn of the limit that follows it.
type Pair struct{ Ours, Limit Turn }

// Share is our rate in the limit's, in percent.
func (p Pair) Share() float64 { return 100 * p.Ours.Rate() / p.Limit.Rate() }

// Measure lets a stage's load loose on a process that waits for it, and
// measures until its group has handled all of it. It ends the process.
func Measure(ctx context.Context, s *Stage, p *Process, group string, records int) (Turn, error) {
	return MeasureWork(ctx, p, records, s.Open, func(ctx context.Context) error { return s.Handled(ctx, group) })
}

// MeasureWork lets work loose on a process that waits for it, and measures
// until it is done. It ends the process. What other children of this process
// have used counts as the broker's.
func MeasureWork(ctx context.Context, p *Process, records int, begin, done func(context.Context) error) (Turn, error) {
	return MeasureTogether(ctx, []*Process{p}, records, begin, done)
}

// Ours are our turns of pairs.
func Ours(pairs []Pair) []Turn {
	turns := make([]Turn, 0, len(pairs))
	for _, p := range pairs {
		turns = append(turns, p.Ours)
	}
	return turns
}

// Limits are the limit's turns of pairs.
func Limits(pairs []Pair) []Turn {
	turns := make([]Turn, 0, len(pairs))
	for _, p := range pairs {
		turns = append(turns, p.Limit)
	}
	return turns
}

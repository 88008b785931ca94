package clickhouse

import "time"

const (
	// gatherShare is the part of the interval that a first record always waits for
	// others: what one transaction wrote to several partitions arrives one after
	// the other, and belongs into one batch.
	gatherShare = 4
	// maxInterval bounds the interval while the server has too many parts.
	maxInterval = 30 * time.Second
)

// pace says when batches are written. It counts from the beginning of one write
// to that of the next, so that at most one part a table comes of each interval,
// and what arrived during a write does not wait for the whole interval again.
type pace struct {
	least    time.Duration // as configured
	interval time.Duration // as it now is
	began    time.Time     // the last write
}

func newPace(interval time.Duration, now time.Time) pace {
	return pace{least: interval, interval: interval, began: now}
}

// due is when a batch is written whose first record was taken at since.
func (p *pace) due(since time.Time) time.Time {
	next, gathered := p.began.Add(p.interval), since.Add(p.interval/gatherShare)
	if next.After(gathered) {
		return next
	}
	return gathered
}

// crowded makes the interval longer, for the server has too many parts: it
// merges them in time if fewer and larger ones come. Trying again soon would
// only be refused again.
func (p *pace) crowded() { p.interval = min(2*p.interval, max(p.least, maxInterval)) }

// settled lets the interval return to what is configured, step by step, for the
// parts that were too many are not merged at once.
func (p *pace) settled() { p.interval = max(p.interval/2, p.least) }

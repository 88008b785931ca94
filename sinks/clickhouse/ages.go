package clickhouse

import (
	"sync"
	"time"
)

// ages knows up to when what came onto each partition is in ClickHouse. The loop
// tells it, and who looks at the lag asks.
type ages struct {
	mu   sync.Mutex
	upTo map[lane]time.Time
}

// lane is a partition, by the full name of its topic.
type lane struct {
	topic     string
	partition int32
}

// from takes note of when the first record came that this member has read: until
// it is settled nothing older is known to be.
func (a *ages) from(topic string, partition int32, at time.Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if _, known := a.upTo[lane{topic, partition}]; !known {
		a.set(lane{topic, partition}, at)
	}
}

// settled takes note of the last records of a batch that is settled. A clock
// that is ahead does not count.
func (a *ages) settled(upTo map[string]map[int32]time.Time, now time.Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for topic, partitions := range upTo {
		for partition, at := range partitions {
			if at.After(now) {
				at = now
			}
			a.reach(lane{topic, partition}, at)
		}
	}
}

// of returns how old what is missing of a partition that lags by so many
// offsets can be at most. What came before the last time when nothing was
// missing is there.
func (a *ages) of(topic string, partition int32, lag int64, now time.Time) time.Duration {
	a.mu.Lock()
	defer a.mu.Unlock()
	at, known := a.upTo[lane{topic, partition}]
	if lag == 0 || !known {
		a.reach(lane{topic, partition}, now)
		return 0
	}
	return max(0, now.Sub(at))
}

func (a *ages) forget(topic string, partition int32) {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.upTo, lane{topic, partition})
}

func (a *ages) reach(p lane, at time.Time) {
	if at.After(a.upTo[p]) {
		a.set(p, at)
	}
}

func (a *ages) set(p lane, at time.Time) {
	if a.upTo == nil {
		a.upTo = map[lane]time.Time{}
	}
	a.upTo[p] = at
}

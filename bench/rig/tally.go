package rig

import "github.com/twmb/franz-go/pkg/kgo"

// Tally counts records and the bytes of their keys and values.
type Tally struct {
	Records int `json:"records"`
	Bytes   int `json:"bytes"`
}

// Add counts a record.
func (t *Tally) Add(r *kgo.Record) {
	t.Records++
	t.Bytes += len(r.Key) + len(r.Value)
}

// Mean is the mean size of a record in bytes, 0 for none.
func (t *Tally) Mean() float64 {
	if t.Records == 0 {
		return 0
	}
	return float64(t.Bytes) / float64(t.Records)
}

// Tallies are those of several topics, by name.
type Tallies map[string]Tally

// Add counts a record on its topic.
func (ts Tallies) Add(r *kgo.Record) {
	t := ts[r.Topic]
	t.Add(r)
	ts[r.Topic] = t
}

// Total sums all topics.
func (ts Tallies) Total() (sum Tally) {
	for _, t := range ts {
		sum.Records += t.Records
		sum.Bytes += t.Bytes
	}
	return sum
}

package main

import "github.com/twmb/franz-go/pkg/kgo"

// tally counts records and the bytes of their keys and values.
type tally struct {
	Records int `json:"records"`
	Bytes   int `json:"bytes"`
}

func (t *tally) add(r *kgo.Record) {
	t.Records++
	t.Bytes += len(r.Key) + len(r.Value)
}

// mean is the mean size of a record in bytes, 0 for none.
func (t *tally) mean() float64 {
	if t.Records == 0 {
		return 0
	}
	return float64(t.Bytes) / float64(t.Records)
}

// tallies are those of several topics, by name.
type tallies map[string]tally

func (ts tallies) add(r *kgo.Record) {
	t := ts[r.Topic]
	t.add(r)
	ts[r.Topic] = t
}

// total sums all topics.
func (ts tallies) total() (sum tally) {
	for _, t := range ts {
		sum.Records += t.Records
		sum.Bytes += t.Bytes
	}
	return sum
}

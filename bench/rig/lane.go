package rig

import (
	"slices"

	"github.com/twmb/franz-go/pkg/kgo"
)

// payload is the bytes of one record.
type payload struct{ key, value []byte }

// lane is one partition of the limit: how many records the other read from it,
// and the very records that it wrote to the same partition, by topic.
type lane struct {
	partition int32
	inputs    int // of all input topics, in one pass of the load
	handled   int // in all passes
	outputs   []*output
}

// output is what is written to one partition of one topic.
type output struct {
	topic     string
	partition int32
	records   []payload
	written   int // in all passes
}

// add takes up a record that the other wrote.
func (l *lane) add(r *kgo.Record) {
	n := len(l.outputs)
	if n == 0 || l.outputs[n-1].topic != r.Topic {
		l.outputs = append(l.outputs, &output{topic: r.Topic, partition: l.partition})
		n++
	}
	o := l.outputs[n-1]
	o.records = append(o.records, payload{r.Key, r.Value})
}

// pass takes one input record and writes its share of each output, so that all
// is written when all has come, and again when all comes again.
func (l *lane) pass(write func(*kgo.Record)) {
	l.handled++
	for _, o := range l.outputs {
		for ; o.written < o.due(l); o.written++ {
			p := o.records[o.written%len(o.records)]
			write(&kgo.Record{Topic: o.topic, Partition: o.partition, Key: p.key, Value: p.value})
		}
	}
}

// due is how many records are to be written for what the lane has handled.
func (o *output) due(l *lane) int { return len(o.records) * l.handled / l.inputs }

// progress is how far a lane is: what it has handled, and written to each
// output.
type progress struct {
	handled int
	written []int
}

func (l *lane) progress() progress {
	p := progress{handled: l.handled}
	for _, o := range l.outputs {
		p.written = append(p.written, o.written)
	}
	return p
}

// returnTo undoes what was done since.
func (l *lane) returnTo(p progress) {
	l.handled = p.handled
	for i, o := range l.outputs {
		o.written = p.written[i]
	}
}

// adopt gives the outputs of lanes from which nothing was read to one that has
// inputs: a record may have been sent on from another partition.
func adopt(lanes []*lane) {
	parent := slices.IndexFunc(lanes, func(l *lane) bool { return l.inputs > 0 })
	if parent < 0 {
		return
	}
	for _, l := range lanes {
		if l.inputs == 0 {
			lanes[parent].outputs = append(lanes[parent].outputs, l.outputs...)
			l.outputs = nil
		}
	}
}

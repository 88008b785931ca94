package rig

import "github.com/twmb/franz-go/pkg/kgo"

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

// output is what is written to a lane's partition of one topic.
type output struct {
	topic   string
	records []payload
	written int // in all passes
}

// add takes up a record that the other wrote.
func (l *lane) add(r *kgo.Record) {
	n := len(l.outputs)
	if n == 0 || l.outputs[n-1].topic != r.Topic {
		l.outputs = append(l.outputs, &output{topic: r.Topic})
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
			write(&kgo.Record{Topic: o.topic, Partition: l.partition, Key: p.key, Value: p.value})
		}
	}
}

// due is how many records are to be written for what the lane has handled.
func (o *output) due(l *lane) int { return len(o.records) * l.handled / l.inputs }

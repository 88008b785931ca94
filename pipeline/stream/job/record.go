package job

import "time"

// Header is one header of a record.
type Header struct {
	Key   string
	Value []byte
}

// Position says where a record lies. Topic is the logical name, without the
// prefix that a deployment may set.
type Position struct {
	Topic     string
	Partition int32
	Offset    int64
}

// Record is an input record as it lies on its topic.
type Record struct {
	Position
	Key     []byte
	Value   []byte
	Headers []Header
	// Arrival is when the record came onto the log, as rule E8 defines it for
	// the job's clock.
	Arrival time.Time
}

// Input is a record that was read: its canonical key, its decoded value, and
// where and when it first came in. First and FirstArrival differ from the
// record's own only where it was rerouted from another partition.
type Input struct {
	Record
	Key          string
	Value        any
	First        Position
	FirstArrival time.Time
}

// Output is a record to be written in the transaction of the call that emits
// it. Topic is the logical name.
type Output struct {
	Topic   string
	Key     string
	Value   []byte // nil is a tombstone
	Headers []Header
}

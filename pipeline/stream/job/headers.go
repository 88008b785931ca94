package job

// TickHeader marks a tick record (rule E8): no key, no value, and the time to
// run to as its timestamp. A replay writes one on every partition of every
// input when it has written everything else. It is part of the topic
// contract: the packages that write ticks have the same constant.
const TickHeader = "waybill-tick"

// Headers of a rerouted record: where, and when, it first came in.
const (
	FirstTopicHeader     = "waybill-first-topic"
	FirstPartitionHeader = "waybill-first-partition"
	FirstOffsetHeader    = "waybill-first-offset"
	FirstTimestampHeader = "waybill-first-timestamp" // milliseconds since 1970
)

// Headers of a dead letter: why it is one, and where the record lay.
const (
	ErrorHeader           = "waybill-error"
	SourceTopicHeader     = "waybill-source-topic"
	SourcePartitionHeader = "waybill-source-partition"
	SourceOffsetHeader    = "waybill-source-offset"
	SourceTimestampHeader = "waybill-source-timestamp" // milliseconds since 1970
	// DigestHeader stands where the record is too large for the dead-letter
	// topic: sha256:<hex> of its value.
	DigestHeader = "waybill-digest"
)

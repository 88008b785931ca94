// Package audit writes who did what, when, on what, and how it ended onto the
// topic audit.
//
// An act is begun before it is done, and ended after: where Kafka does not take
// the beginning, nothing is done. So there is no act without an entry, and one
// whose process died has an entry that says begun. What is refused is done by
// nobody; it is counted by the minute, so that a flood of it makes few entries.
//
// It may import schemas, the Kafka client and Prometheus. internal/auditlog reads
// what it writes. Start reading at log.go, then refusals.go; operator.go says who
// is at the command line.
package audit

// Package peers measures the rules that Waybill and its peers both do, on the
// same broker, in turns: our role tracking whole, the subset of its rules as a job
// on our runtime, and the same subset on Kafka Streams and on Flink. What comes out
// is compared before any figure is told.
//
// It is wiring, like cmd, and may import every room. README.md says what the
// subset is, how each contender was tuned, and why it is fair.
//
// Start reading at Run, then contender.go (who takes part), turn.go (one turn) and
// outcome.go (when two outputs are equal).
package peers

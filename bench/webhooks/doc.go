// Package webhooks measures the delivery of webhooks on real processes: a
// broker, the role delivery, and a receiver that notes what comes. Each of its
// parts is one question, and one section of RESULTS.md.
//
// It is wiring, like cmd, and may import every room.
//
// Start reading at jobs.go (the load), receiver.go with target.go (both sides
// of the receiver), bench.go (a turn) and throughput.go (the first part).
package webhooks

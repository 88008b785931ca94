// Command bench measures raw events a second through tracking, exactly once
// and with all its outputs, beside the pass-through limit: a consume-produce
// loop that writes the same bytes in transactions and does no work between.
//
// The command starts a broker for each turn and runs what is measured in a
// process of its own, so that its processor time is told apart from the
// broker's and the load's. README.md says what is measured and how.
//
// It is wiring, like cmd, and may import every room.
//
// Start reading at bench.go (the turns), then stage.go (a broker with its
// load), worker.go (the measured process), tracking.go and limit.go (what it
// runs), and lane.go (which bytes the limit writes).
package main

// Package engine measures pipeline/stream alone, with a trivial job: count the
// records of each key. Each of its parts is one question, and one section of
// RESULTS.md.
//
// It may import pipeline/stream and what lies below it, and internal/embedded
// through bench/rig.
//
// Start reading at counter.go (the job), scene.go (what lies on the broker),
// runtime.go (the measured process) and stream.go (the first part). The others
// are state, idle, latency, restore, recovery and takeover, a file each;
// succession.go has the turn of the latter.
package engine

// Package job is the contract between the runtime (pipeline/stream) and the
// rules that run on it (pipeline/tracking, pipeline/delivery,
// pipeline/endpoints). The runtime owns it; the rules implement it.
//
// It holds types only: no client, no clock, no random source. A job is a pure
// function of what it is handed, so all of it can be run by a test without a
// broker.
//
// Start reading at Job, then Call.
package job

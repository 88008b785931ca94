// Package store keeps the state of one partition on this machine, so that a
// key's value can be read without asking Kafka. The changelog topic is the
// truth; a store is a copy of it up to a known offset (rule E2): it may lie
// behind the log, never ahead of it.
//
// It holds bytes: what they mean is known to the runtime (the envelope) and
// to the job (the payload). It imports the standard library only.
//
// Start reading at Store. Memory is the implementation that needs no disk.
// The package storetest holds the suite that every implementation passes.
package store

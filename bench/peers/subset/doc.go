// Package subset is the part of the tracking rules that Waybill and its peers
// both do, as a job on our own runtime: README.md of bench/peers defines it, line
// by line. Nothing of it is a contract; it is here to be compared.
//
// It may import pipeline/stream/job, schemas and schemas/status.
//
// Start reading at Job, then rules.go (what an event does to a parcel), wire.go
// (the bytes that must be equal) and codes.go (what a peer is told of the status
// model).
package subset

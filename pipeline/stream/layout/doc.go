// Package layout knows where the keys of a job belong, and what a committed
// offset tells of the topics that it was committed for: so that a job whose
// topics were changed beneath it is noticed, and never goes on in silence.
// The runtime and pipeline/stream/reshard go by it.
//
// It is pure and imports the standard library only. Start reading at Note,
// then Task.
package layout

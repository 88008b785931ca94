// Package simulate makes parcels whose true story is known: registrations and
// carrier events as real sources send them, with duplicates and disorder at
// chosen rates and every other fault of fault.go, and the truth beside them
// (connector rule C6). The truth lets anyone score the pipeline.
//
// It is pure: the same options make the same records. It imports schemas, the
// status model, connectors/carriers for check digits and connectors/replay for
// the form of a record, through which the records are published or written.
//
// Start reading at simulate.go and maker.go, then paths.go (what happens to a
// parcel), story.go, tell.go (how it is told), fault.go and truth.go. mistakes.go
// has the faults that are part of a story, disturb.go and again.go those of
// telling it.
package simulate

// Package playback runs the tracking rules over records without a broker: in
// log time, with every timer at its time, for any number of parcels. What comes
// out is what the runtime would write for the same log.
//
// It is for those who ask what the rules would make of a log: scoring, history
// through another map, a table of baselines on trial. Broadcast tables are
// handed in, and state stays in memory as values; a parcel's goes when the rules
// let it go (D9). It imports schemas, pipeline/tracking, pipeline/stream/job and
// connectors/replay for the form of a record.
//
// Start reading at Player; wake.go is time, output.go is what comes out.
package playback

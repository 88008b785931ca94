// Package topiclog reads topics outside any consumer group, committed records
// only, and knows its true position: past control records, aborted batches and
// gaps that compaction left, all of which a consumer client hides. So it can
// tell for certain when it has read all there is.
//
// It may import the Kafka client and nothing of Waybill. Start reading at
// Whole, then Reader.
package topiclog

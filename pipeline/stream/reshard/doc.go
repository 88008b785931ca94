// Package reshard moves a job of the runtime to more partitions. Kafka can add
// partitions to a topic, but a key then belongs to another one than its state
// lies on. So the topics are grown while the job stands still, the state is
// copied to where it now belongs, and the group's offsets are committed for
// the new layout: all of it in one transaction, so that a kill at any moment
// leaves the old or the new, and a second run goes on from there.
//
// Growing cannot be undone. From then on until the transaction is committed
// the runtime refuses to start: the notes of the committed offsets tell it
// another number of partitions than the topics have.
//
// It imports franz-go, internal/topiclog and pipeline/stream/layout. Start
// reading at Run, then survey (what is there, and may it be moved), mover (the
// copy) and member (why nobody else works meanwhile).
package reshard

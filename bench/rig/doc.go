// Package rig is what every measurement stands on: a broker of its own with a
// load that is let loose at once, processes that are measured apart from the
// broker and the load, what they spend, and the pass-through limit: a
// consume-produce loop that writes the same bytes in transactions and does no
// work between.
//
// It knows nothing of what is measured, and may import the Kafka client,
// internal/embedded, internal/apachekafka and internal/topiclog.
//
// Start reading at Stage (a broker with its load), then Process and Serve (both
// sides of a measured process), Measure (one turn), and limit.go with lane.go
// (which bytes the limit writes). footing.go and cores.go say on which cores
// each process runs.
package rig

// Package sink measures the role clickhouse: what a row costs on its way from
// the topics into the tables, beside the same client inserting ready-made
// blocks; how many parts it makes; and how soon an event is visible in a final
// read.
//
// It is wiring, like cmd, and may import every room.
//
// Start reading at Run in bench.go (the turns), then load.go (what lies on the
// topics), blocks.go (what stands beside) and visible.go.
package sink

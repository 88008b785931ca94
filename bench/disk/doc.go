// Package disk measures what an event takes on disk in ClickHouse, by table
// and by column: events of the simulator, events that were read from payloads,
// and real ones, through the real rules and the real sink.
//
// It is wiring, like cmd, and may import every room.
//
// Start reading at Run, then source.go (what is stored), store.go (how it gets
// into the tables) and measure.go (what it takes there).
package disk

// Package soak lets a Waybill work for long at half of what it can, with faults
// at intervals, and tells whether its memory and its delays stay flat and whether
// all that it said is true.
//
// It is wiring, like cmd, and may import every room.
//
// Start reading at Run, then plant.go (what runs), fault.go, source.go (the load
// and its truth) and verdict.go (what must hold at the end).
package soak

// Package shape tells simulated parcels as carriers and platforms do: in
// payloads of their shapes, with their codes, cumulative or a scan at a time (C6).
// What a shape cannot say, it leaves out: docs/connectors/simulator.md lists it.
//
// It is pure, and imports schemas and connectors/simulate. Start reading at
// shape.go, then view.go (what a platform knows at a time), words.go (its codes)
// and shippo.go, which is a shape as they all are.
package shape

// Package riskscore measures how good the forecast of rule D4 is on parcels
// whose end is known: it makes baselines of the older part of a file and judges
// the warnings on the newer, beside two simple rules. docs/at-risk.md has the
// definitions and the figures.
//
// The rules run in internal/playback, and the baselines come from a real
// ClickHouse by the way that they always come. It is wiring and counting. Start
// reading at Run, then train.go, judge.go and simple.go.
package riskscore

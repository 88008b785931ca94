// Package tracking measures raw events a second through the role tracking,
// exactly once and with all its outputs, beside the pass-through limit of the
// same bytes.
//
// It is wiring, like cmd, and may import every room.
//
// Start reading at Run (the turns), then stage.go (what lies on the broker).
package tracking

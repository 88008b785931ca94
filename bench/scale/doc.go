// Package scale measures how tracking and delivery grow with cores, processes,
// followed shipments, partitions and endpoints: one curve for each, beside the
// limit of the same run, with the resource that was the bound.
//
// It is wiring, like cmd, and may import every room.
//
// Start reading at Run (the curves), then point.go (one place on a curve).
package scale

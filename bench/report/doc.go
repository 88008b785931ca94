// Package report says what was measured: medians with their spread, tables,
// aims and whether they are met, as text for a terminal and as the document
// RESULTS.md, in which each part keeps its section until it is measured anew.
//
// It may import bench/rig for what a turn is. Start reading at Section.
package report

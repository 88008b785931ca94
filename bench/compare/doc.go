// Command compare tells whether the hot path has become faster or slower since
// another revision: it builds the micro-benchmarks of both, runs them in turn,
// and lets benchstat say what of the difference is more than chance.
//
// It imports nothing of ours, for it runs the go and git of this machine. Start
// reading at run.
package main

// Package demo plays recorded shipments through everything that a deployment
// has, counts what came out, and checks it against what is known of the input
// from elsewhere.
//
// A demo can be killed at any point and started again on the same folder: it
// goes on where it was, and ends with the same figures. It is wiring and
// counting; it holds no rule. Start reading at Run.
package demo

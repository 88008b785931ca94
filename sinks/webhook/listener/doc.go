// Package listener is a webhook receiver for one's own machine: it verifies
// what comes, keeps count, and finds what is missing. `waybill listen` and the
// demo run it; it is also an example of what a receiver has to do.
//
// Signatures are verified by the library of the Standard Webhooks project and
// not by our own code, so that what we send is judged by somebody else.
//
// It may import the standard library and that library, nothing of Waybill.
//
// Start reading at listener.go; said.go reads the bodies, in each dialect,
// ledger.go is the bookkeeping, and fault.go misbehaves where that is asked for.
package listener

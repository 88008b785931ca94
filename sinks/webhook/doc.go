// Package webhook makes the calls to webhook endpoints: signed by Standard
// Webhooks (W10), guarded against addresses that nobody outside may reach
// through us (W13), bounded in time and size (W12).
//
// The package lanes beside it says how many calls an endpoint gets, and when
// (W7). A Caller makes one call and says what came of it, never with an error: what
// went wrong is a closed reason. When to call, and what follows, is decided
// elsewhere.
//
// It may import the standard library, code.dny.dev/ssrf and lanes, nothing else
// of Waybill. The package listener beside it is the other end: a receiver that
// checks what comes.
//
// Start reading at request.go, then caller.go, guard.go (and dial.go, which
// makes connections), addressee.go (what calls have in common) and sign.go.
package webhook

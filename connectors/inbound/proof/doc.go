// Package proof tells whether a webhook comes from whom it says: by the scheme of
// its platform, over the bytes as they came, with several secrets at a time so
// that one can be replaced (C2). It can also sign, for those who try a webhook
// out.
//
// It is pure: the time is part of the request, and keys that have to be fetched
// are somebody else's (KeySet). It imports the standard library, x/text and the
// JSON library. What is secret is compared in constant time.
//
// Start reading at Proof.Check, then the schemes:
//
//	scheme.go       what a scheme is, and the list of them
//	hmac.go         an HMAC in a header: EasyPost, AfterShip, TrackingMore, generic
//	shippo.go       time and HMAC in one header
//	standard.go     Standard Webhooks
//	hash.go         17TRACK's hash
//	bodyproof.go    TrackingMore V2, which signs in the body
//	rsa.go          ShipEngine
//	static.go       keys and passwords that are sent as they are
//	key.go          secrets; header.go headers and times
package proof

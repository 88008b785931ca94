// Package keyset holds the public keys by which a platform signs its webhooks: a
// JSON Web Key Set (RFC 7517) from an address or a file. It is fetched when a key
// is asked for that it does not have, and when it is old, but not more than once a
// minute, whoever asks for what.
//
// It imports the standard library and code.dny.dev/ssrf. Start reading at
// Set.Key, then parse.
package keyset

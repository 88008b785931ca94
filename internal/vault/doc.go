// Package vault seals what must not be read where it lies: the signing secrets
// and header values of endpoints, which go through topics, state and
// changelogs (W10). Whoever sends a command seals them, whoever makes the call
// opens them, and nobody between has a key.
//
// A sealed text is sealed:<key id>:<base64>, AES-256-GCM with a random nonce,
// bound to its tenant and endpoint: copied to another endpoint it does not
// open. Keys come from a file, one a line; the first seals, all open.
//
// It may import the standard library. Start reading at vault.go; keys.go reads
// and makes the file.
package vault

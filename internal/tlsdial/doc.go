// Package tlsdial connects with TLS, by certificates in files. The files are
// read for each new connection, so that certificates can be renewed without a
// restart. While what lies there cannot be used, for it is just being written,
// what was read last is.
//
// It may import the standard library, nothing else: settings are handed in.
//
// Start reading at Dialer.
package tlsdial

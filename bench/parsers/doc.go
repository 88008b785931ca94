// Package parsers measures how fast payloads of the dialects are read, beside
// the limit of checking the same bytes for being JSON.
//
// It is wiring, like cmd, and may import every room.
//
// Start reading at Run.
package parsers

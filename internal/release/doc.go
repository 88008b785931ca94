// Package main makes a release: for each platform an archive with the program
// and what must go with it, a bill of materials (CycloneDX), and the checksums
// of them all. The same commit gives the same bytes on every machine that has the
// same Go.
//
// It is run by `make release`, and imports nothing of Waybill. Start reading at
// run in main.go.
package main

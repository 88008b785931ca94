// Package codemap translates between the status model and the codes of others:
// in, from what a carrier or a platform calls an event to a code of the model,
// and out, from a code of the model to what a platform would call it (webhook
// dialects). The maps are data with versions, one file a source (in/*.yaml) or
// a dialect (out/*.yaml), checked when they are read; a folder of the user's
// own replaces and adds maps without a new build.
//
// It imports schemas, schemas/status, schemas/yamlfile and nothing else of
// Waybill, and any package may import it.
//
// Start reading at in/shippo.yaml, which explains the form, then Maps.Lookup in
// lookup.go; source.go and dialect.go check the two kinds of file, load.go
// finds them.
package codemap

//go:generate go run ./docgen ../../../docs/maps.md

// Package codemap translates between the status model and the codes of others:
// in, from what a carrier or a platform calls an event, or else from the words
// with which it tells of it, to a code of the model,
// and out, from a code of the model to what a platform would call it (webhook
// dialects). The maps are data with versions, one file a source (in/*.yaml) or
// a dialect (out/*.yaml), checked when they are read; a folder of the user's
// own replaces and adds maps without a new build.
//
// It imports schemas, schemas/status, schemas/yamlfile and nothing else of
// Waybill, and any package may import it.
//
// Start reading at in/shippo.yaml and words.yaml, which explain the forms, then
// Maps.Lookup in lookup.go; source.go, dialect.go and words.go check the three
// kinds of file, load.go finds them.
package codemap

//go:generate go run ./docgen ../../../docs/maps.md

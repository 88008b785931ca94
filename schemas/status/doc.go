// Package status is the status model: 15 main statuses, 94 codes and the flags
// that say what each does to a parcel. It is data with a version (model.yaml),
// checked when it is read; replacing it needs no new build.
//
// The rules look up what a code means here, the ways in look up which codes
// there are, and reports and documents take their words from here. The package
// imports the standard library and schemas/yamlfile, and any package may import
// it. What carriers and platforms call the codes is in codemap.
//
// Start reading at model.yaml, then Model and Resolve in model.go.
package status

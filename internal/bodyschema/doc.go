// Command bodyschema writes the JSON Schema of webhook bodies from the Go types
// of pipeline/tracking/body and their comments, so that what is published never
// differs from what is sent. It is run by go generate in that package and
// imports the standard library only.
//
// Start reading at run.
package main

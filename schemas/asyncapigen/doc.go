// Command asyncapigen writes docs/asyncapi.yaml from the topics, the newest
// .avsc of every record and the examples, so that the document never differs
// from the contract. It is run by go generate and may import schemas only.
//
// Start reading at run.
package main

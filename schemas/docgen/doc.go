// Command docgen writes docs/schemas.md from the newest .avsc of every record,
// so that the page never differs from the contract. It is run by go generate
// and may import schemas only.
//
// Start reading at run.
package main

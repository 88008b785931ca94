// Command codecgen writes ../records_gen.go: plain functions that write and
// read the newest version of every record, made from its .avsc. They do what
// the Avro library does by reflection, at a fraction of the time, and are what
// schemas.Codec uses; older versions are read through the library.
//
// It is run by go generate, after avrogen has written the types, whose field
// names it takes from types_gen.go. It must not import schemas, which may not
// build while the contract is being changed.
//
// Start reading at run, then schema.go (what the .avsc says) and write.go (what
// is made of it).
package main

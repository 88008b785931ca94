// Package disk makes a failing disk look like a crash at that moment, which a
// database must bear anyway: from the first failed operation on nothing
// reaches the disk any more. What lies there stays as it was, who writes is
// told that all is well, and Failure tells what is not.
//
// Pebble needs that. It tries a failed flush again at once and for ever,
// holding up its writers meanwhile, and ends the process where its manifest
// cannot be written.
//
// It imports Pebble's file system and the standard library. Start reading at
// FS.
package disk

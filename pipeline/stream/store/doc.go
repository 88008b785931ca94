// Package store keeps the state of partitions on this machine, so that a
// key's value can be read without asking Kafka. The changelog topic is the
// truth; a store is a copy of it up to a known offset (rule E2): it may lie
// behind the log, never ahead of it.
//
// It holds bytes: what they mean is known to the runtime (the envelope) and
// to the job (the payload). It imports Pebble and the standard library.
//
// Start reading at Database and Store. Memory is the implementation that needs
// no disk, Pebble the one that a process finds again after its end. The package
// storetest holds the suite that both pass.
//
// # Files
//
//	store lease                     the contract; one user at a time
//	memory memory_database          in memory
//	memory_order pebble_order       keys in order, with a prefix
//	timerheap                       timers of which some are stale
//	pebble pebble_store             in a folder: the database; one partition
//	pebble_open pebble_folder       what is found there: format, damage, lock
//	pebble_failure internal/disk    what happens when the disk fails
//	pebble_keys pebble_options      layout, tuning
//	young pebble_drain              what was applied last, and how it goes to Pebble
//	pebble_reader                   look-ups of many keys
//	pebble_timers timerwindow       the due-time index and its head in memory
//	pebble_settle                   counts and index after Load
package store

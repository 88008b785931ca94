// Package storetest is the suite that every store.Database passes: random
// histories of batches, loads, timer walks, wipes and reopenings on several
// partitions at once, beside a model that is too simple to be wrong; and what
// is promised of leases and of concurrent use.
//
// Start reading at Run; Model is what a store must be equal to.
package storetest

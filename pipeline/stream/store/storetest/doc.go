// Package storetest is the suite that every store.Store passes: a random
// history of batches, look-ups, timer walks, wipes and reopenings, beside a
// model that is too simple to be wrong.
//
// Start reading at Run.
package storetest

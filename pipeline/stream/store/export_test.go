package store

// Tuned are the options of Pebble, for measuring beside it.
var Tuned = PebbleOptions.tuned

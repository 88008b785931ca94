package roles

// Readers are the groups that the overview knows.
var Readers = readers

// Package gcroom lets a process with a small heap collect its garbage less often.
//
// Go collects when the heap has doubled. A process that holds 50 MiB and makes
// 400 MiB of garbage a second, as a busy one of ours does, then collects eight
// times a second, and each time all writes of pointers are slower until it is
// over: a sixth of the processor time of tracking (bench/PROFILE.md). Here the
// heap may always grow by some room before it is collected, and a large heap is
// collected as ever. A limit in GOMEMLIMIT goes before, and who sets GOGC
// decides alone.
//
// It imports the standard library alone. Start reading at room.go.
package gcroom

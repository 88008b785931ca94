// Package tracking is the rules of a parcel's life: what a registration, a
// carrier's event and the passing of time do to a shipment. It is the job
// tracking of the runtime in pipeline/stream.
//
// All of it is pure: one key's state, an input and a time go in; a new state
// and records come out. It imports the standard library, the contract
// (schemas, schemas/status) and pipeline/stream/job; no client, no clock, no
// random source. Knowledge of carriers is handed in (Carriers).
//
// Each file has the name of its subject (README.md lists them by rule) and its
// comments the names of the rules (T1, I2, O4, R5, D2 ...). Start reading at
// job.go, then turn.go, then intake.go (an event comes in), hold.go (it waits),
// place.go (it takes its place) and present.go (the status that this gives);
// registration.go is the other way in, with action.go for what is done by hand
// and retract.go for what is withdrawn; erase.go says what of persons is erased;
// timers.go is time. memory.go says where what lives for one call lies, coder.go
// how a state is written.
package tracking

import _ "time/tzdata" // a day in a zone must end at the same instant on every machine

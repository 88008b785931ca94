package stream

import (
	"context"
	"errors"

	"github.com/twmb/franz-go/pkg/kerr"
)

// The metrics' labels are closed sets: each value is listed here, and its
// series exists from the start (metrics.begin).

// outcome is what became of a record.
type outcome string

const (
	outcomeProcessed  outcome = "processed"
	outcomeRerouted   outcome = "rerouted"
	outcomeDeadLetter outcome = "dead_letter"
	outcomeTick       outcome = "tick"
)

// ending is how a transaction ended: committed, in doubt, or aborted for a
// reason.
type ending string

const (
	committedOK   ending = "committed"
	unsure        ending = "unsure"        // the end was not confirmed
	callFailed    ending = "call_failed"   // the job failed, or made something too large
	writeFailed   ending = "write_failed"  // a record was not written
	sessionBroken ending = "session_ended" // the session ended with it open
)

// summoned is what came of waking a key by name.
type summoned string

const (
	summonedWell   summoned = "did_something"
	summonedInVain summoned = "in_vain"
)

// class is why something went to dead letters.
type class string

const (
	classUnreadable class = "unreadable" // Decode gave an error
	classMisplaced  class = "misplaced"  // it lies where it must not, and nothing is rerouted
	classFailed     class = "failed"     // the job gave an error
	classPanicked   class = "panicked"   // the job panicked
	classTooLarge   class = "too_large"  // an output or a state was
)

// panicError is a panic of a job's method.
type panicError struct{ error }

// sizeError is an output or a state that is larger than a record may be.
type sizeError struct{ error }

// classOf tells why a call failed; other is for errors that say nothing of it.
func classOf(err error, other class) class {
	switch {
	case errors.As(err, &panicError{}):
		return classPanicked
	case errors.As(err, &sizeError{}), errors.Is(err, kerr.MessageTooLarge):
		return classTooLarge
	}
	return other
}

// breaking is why a session ended before its time.
type breaking string

const (
	brokeUnsure      breaking = "unsure"      // a transaction's end was not confirmed
	brokeFenced      breaking = "fenced"      // another has taken over the name or the tasks
	brokeRefused     breaking = "refused"     // the broker answered with another error
	brokeUnreachable breaking = "unreachable" // no answer came
	brokeStopped     breaking = "stopped"     // Run must not go on
)

func breakingOf(err error) breaking {
	fences := []error{
		kerr.InvalidProducerEpoch, kerr.ProducerFenced, kerr.InvalidProducerIDMapping, kerr.IllegalGeneration,
		kerr.UnknownMemberID, kerr.FencedInstanceID, kerr.RebalanceInProgress,
	}
	answer := (*kerr.Error)(nil)
	switch {
	case stops(err):
		return brokeStopped
	case anyOf(err, fences):
		return brokeFenced
	case errors.Is(err, errUncertain):
		return brokeUnsure
	case errors.As(err, &answer) && !errors.Is(err, context.DeadlineExceeded):
		return brokeRefused
	}
	return brokeUnreachable
}

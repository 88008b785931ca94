package stream

import (
	"errors"

	"github.com/twmb/franz-go/pkg/kerr"
)

// stopError ends Run: going on would guess, or do harm. Everything else is
// met by a new client and another try.
type stopError struct{ error }

func (e stopError) Unwrap() error { return e.error }

// stops tells whether an error ends Run.
func stops(err error) bool {
	if errors.As(err, &stopError{}) || isStoreError(err) {
		return true
	}
	// Answers of a broker that trying again does not change.
	return anyOf(err, []error{
		kerr.TopicAuthorizationFailed, kerr.GroupAuthorizationFailed, kerr.ClusterAuthorizationFailed,
		kerr.TransactionalIDAuthorizationFailed, kerr.SaslAuthenticationFailed, kerr.UnsupportedSaslMechanism,
		kerr.InvalidTransactionTimeout, kerr.InvalidSessionTimeout, kerr.InconsistentGroupProtocol,
		kerr.UnsupportedVersion, kerr.FencedInstanceID, kerr.InvalidGroupID,
	})
}

// anyOf tells whether an error is one of some.
func anyOf(err error, targets []error) bool {
	for _, target := range targets {
		if errors.Is(err, target) {
			return true
		}
	}
	return false
}

package webhook

import (
	"context"
	"errors"
	"net"
)

// reasonOf is the closed reason of a call without an answer. outer is the
// context that the call was made with, inner the same bounded by the timeout.
func reasonOf(outer, inner context.Context, err error, p *phases) string {
	var unresolved *net.DNSError
	switch {
	case errors.Is(err, errBlockedAddress):
		return ReasonBlockedAddress
	case errors.Is(err, errBlockedPort):
		return ReasonBlockedPort
	case outer.Err() != nil:
		return ReasonCanceled
	case inner.Err() != nil:
		return ReasonTimeout
	case errors.As(err, &unresolved):
		return ReasonDNS
	}
	return p.failedIn()
}

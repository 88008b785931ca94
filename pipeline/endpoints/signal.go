package endpoints

import (
	"fmt"
	"slices"
	"time"

	"waybill/schemas"
)

// observe takes in what delivery saw of an endpoint.
func (u *turn) observe(s *schemas.EndpointSignal) {
	e := u.tenant.find(s.EndpointID)
	if e == nil {
		return
	}
	if s.ObservedAt = millis(s.ObservedAt); s.ObservedAt.After(u.now) {
		s.ObservedAt = u.now // nobody has seen what is to come
	}
	switch s.Kind {
	case schemas.SignalTestPassed:
		u.testPassed(e, s)
	case schemas.SignalTestFailed:
		u.testFailed(e, s)
	case schemas.SignalGone:
		u.gone(e, s)
	case schemas.SignalFailed:
		u.seen(e, s, func(h *health) bool { return h.fail(failureOf(s)) })
	case schemas.SignalSucceeded:
		u.seen(e, s, func(h *health) bool { return h.succeed(s.ObservedAt) })
	}
}

// testPassed lets an endpoint take traffic that waited for it (W9). On one that
// takes some already, an answered test is a success like another.
func (u *turn) testPassed(e *endpoint, s *schemas.EndpointSignal) {
	if !u.isTest(e, s.JobID) {
		return
	}
	untested := e.row.State == schemas.EndpointUntested
	e.tested = true
	u.call.Put(u.tenant, time.Time{})
	if untested {
		u.begin(e, "answered a test")
		u.publish(e)
	}
	u.event(e, schemas.EndpointEventTested, bySignal(s, "answered a test"))
	u.seen(e, s, func(h *health) bool { return h.succeed(s.ObservedAt) })
}

func (u *turn) testFailed(e *endpoint, s *schemas.EndpointSignal) {
	if e.row.State != schemas.EndpointUntested || !u.isTest(e, s.JobID) {
		return
	}
	u.move(e, schemas.EndpointUntested, fmt.Sprintf("did not pass its test: %s on attempt %d", failureOf(s), s.Attempt))
	u.publish(e)
	u.call.Put(u.tenant, time.Time{})
}

// isTest tells whether a webhook is a test of where the endpoint now leads: one
// that was asked for since it was made, or since its URL was last changed.
func (u *turn) isTest(e *endpoint, jobID string) bool {
	for _, d := range slices.Backward(u.tenant.recent) {
		if d.EndpointID != e.row.EndpointID {
			continue
		}
		if TestJobID(d.EndpointID, d.CommandID) == jobID {
			return true
		}
		if d.CommandID == e.testsFrom {
			return false
		}
	}
	return false
}

// gone disables an endpoint that answered 410 (W5), unless it has begun to take
// traffic since.
func (u *turn) gone(e *endpoint, s *schemas.EndpointSignal) {
	if !e.takesTraffic() || !s.ObservedAt.After(e.health.begun) {
		return
	}
	u.move(e, schemas.EndpointDisabled, "answered 410: it wants no more webhooks")
	u.publish(e)
	u.event(e, schemas.EndpointEventDisabled, bySignal(s, e.row.Reason))
	u.call.Put(u.tenant, time.Time{})
}

package endpoints

import (
	"fmt"
	"time"

	"waybill/schemas"
)

// observe takes in what delivery saw of an endpoint. Only a test tells
// something here, and it moves an endpoint only while that is untested.
func (u *turn) observe(s *schemas.EndpointSignal) {
	e := u.tenant.find(s.EndpointID)
	if e == nil {
		return
	}
	untested := e.row.State == schemas.EndpointUntested
	switch {
	case s.Kind == schemas.SignalTestPassed:
		e.tested = true
		if untested {
			u.change(e, schemas.EndpointEnabled, "answered a test")
		}
	case s.Kind == schemas.SignalTestFailed && untested:
		reason := fmt.Sprintf("did not answer a test: %s on attempt %d", s.Reason, s.Attempt)
		if s.StatusCode != 0 {
			reason = fmt.Sprintf("did not answer a test with 2xx: status %d on attempt %d", s.StatusCode, s.Attempt)
		}
		u.change(e, schemas.EndpointUntested, reason)
	default:
		return
	}
	u.call.Put(u.tenant, time.Time{})
}

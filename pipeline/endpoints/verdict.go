package endpoints

import (
	"fmt"
	"time"

	"waybill/schemas"
)

// seen takes in what was seen of an endpoint's health and does what follows
// from it (W8). Of one that takes no traffic nothing is to be seen.
func (u *turn) seen(e *endpoint, s *schemas.EndpointSignal, differs func(*health) bool) {
	if e.takesTraffic() && differs(&e.health) {
		u.call.Put(u.tenant, time.Time{})
		u.judge(e, s)
	}
}

// judge gives an endpoint the state that its health makes, and tells what has
// become of it. What nobody would see is not written.
func (u *turn) judge(e *endpoint, s *schemas.EndpointSignal) {
	was := *e.row
	since := e.health.since.UTC().Format(time.RFC3339)
	switch lost := e.health.lost(u.job.cfg.SuspendAfter); {
	case lost && was.State == schemas.EndpointEnabled:
		u.move(e, schemas.EndpointSuspended, fmt.Sprintf("no call succeeded since %s; the last one: %s", since, e.health.last()))
	case !lost && was.State == schemas.EndpointSuspended:
		u.move(e, schemas.EndpointEnabled, "answers again")
	default:
		e.showHealth()
	}
	if now := e.row; was.State == now.State && was.Health == now.Health && was.Failures == now.Failures && sameTime(was.FailingSince, now.FailingSince) {
		return
	}
	u.publish(e)
	if was.Health != e.row.Health {
		u.tellHealth(e, s, since)
	}
	switch {
	case was.State == e.row.State:
	case e.row.State == schemas.EndpointSuspended:
		u.event(e, schemas.EndpointEventSuspended, bySignal(s, e.row.Reason))
	default:
		u.event(e, schemas.EndpointEventResumed, bySignal(s, e.row.Reason))
	}
}

func (u *turn) tellHealth(e *endpoint, s *schemas.EndpointSignal, since string) {
	if e.row.Health != schemas.HealthFailing {
		u.event(e, schemas.EndpointEventRecovered, bySignal(s, "answers again"))
		return
	}
	reason := fmt.Sprintf("%d failures in a row since %s; the last one: %s", failingAfter, since, e.health.last())
	u.event(e, schemas.EndpointEventFailing, bySignal(s, reason))
}

// showHealth writes what is known of the health into the row.
func (e *endpoint) showHealth() {
	e.row.Health, e.row.Failures, e.row.FailingSince = schemas.HealthOK, len(e.health.failed), nil
	if since := e.health.since; !since.IsZero() {
		e.row.FailingSince = &since
	}
	if e.health.failing() {
		e.row.Health = schemas.HealthFailing
	}
}

func sameTime(a, b *time.Time) bool {
	return a == nil && b == nil || a != nil && b != nil && a.Equal(*b)
}

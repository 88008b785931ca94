package delivery

import (
	"time"

	"waybill/schemas"
)

// signal tells the endpoints job what came of an attempt, if it is to know: how
// a test went (W9), an answer of 410 (W5), and what may change the endpoint's
// health (W8). An endpoint in good health costs no signal, and one that has
// failed for long few.
func (t *turn) signal(w *webhook, o Outcome) {
	kind := t.signalKind(w, o)
	if kind == "" {
		return
	}
	s := &schemas.EndpointSignal{
		Tenant: w.Tenant, EndpointID: t.endpointID(), Kind: kind, JobID: w.JobID,
		Attempt: w.number(), Reason: o.Reason, StatusCode: o.StatusCode, ObservedAt: t.now,
	}
	emit(t, t.job.cfg.Codecs.EndpointSignal, schemas.TopicEndpointSignals, s.Tenant, s)
}

func (t *turn) signalKind(w *webhook, o Outcome) string {
	ok, e := o.Reason == "", t.endpoint
	switch {
	case w.isTest() && ok:
		return schemas.SignalTestPassed
	case w.isTest():
		return schemas.SignalTestFailed
	case e == nil || e.Tenant != w.Tenant || !takesTraffic(e):
		return ""
	case o.StatusCode == statusGone:
		return schemas.SignalGone
	case ok && (e.FailingSince != nil || e.State == schemas.EndpointSuspended):
		return schemas.SignalSucceeded
	case !ok && !ours(o) && mayWorsen(e, t.now.Add(-t.job.cfg.SuspendAfter)):
		return schemas.SignalFailed
	}
	return ""
}

// mayWorsen tells whether one more failure may change the health of an
// endpoint: while it is not failing yet, and once it has been failing for so
// long that it is to be suspended.
func mayWorsen(e *schemas.WebhookEndpoint, longAgo time.Time) bool {
	if e.Health != schemas.HealthFailing || e.FailingSince == nil {
		return true
	}
	return e.State == schemas.EndpointEnabled && !e.FailingSince.After(longAgo)
}

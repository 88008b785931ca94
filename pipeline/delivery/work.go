package delivery

import (
	"time"

	"waybill/pipeline/stream/job"
)

// Attempt asks for one call. The job starts it as asynchronous work; its
// Result comes back through Complete.
type Attempt struct {
	JobID string
	// Number is the attempt's number, from 1. An attempt that was lost with
	// the instance that made it is made again under its number (W15).
	Number int
	// Tenant and EndpointID say whose call it is and to which endpoint.
	Tenant, EndpointID string
	// Carrier, TrackingNumber and Trigger are the webhook's, for whoever tells of
	// the call; the first two are empty for a test.
	Carrier, TrackingNumber, Trigger string
	Call                             Call
	// ArrivedAt is when the webhook came onto its topic.
	ArrivedAt time.Time
	// BodyAt says where the webhook's record lies on webhook-jobs, when
	// Call.Body does not hold its body (W1).
	BodyAt *job.Position
}

// Call is what the caller of an endpoint needs to know. It has the fields of
// the caller's own request, so that the one converts to the other.
type Call struct {
	// ID is the webhook's id, the same over all attempts.
	ID string
	// EndpointID says whose room the call takes (W7).
	EndpointID string
	URL        string
	Headers    map[string]string
	// Secrets are those that sign now, newest first (W10).
	Secrets []string
	Body    []byte
	// Timeout bounds the call as a whole.
	Timeout time.Duration
	// InFlight is how many calls to the endpoint may be under way at a time,
	// over all instances; 0 means the default (W7).
	InFlight int
	// RateLimit is the highest number of calls a second, over all instances; 0
	// means any number (W7).
	RateLimit float64
	// Probe means that the endpoint is suspended: one call at a time asks
	// whether it is back (W8).
	Probe bool
	// Fresh means that the webhook has just come in; others have waited.
	Fresh bool
	// Follows means that its turn has come by another webhook of the shipment,
	// one that has just come in or of which an answer was heard: nobody has asked
	// for it.
	Follows bool
	// Manual means that it is sent again by hand and must not drown live
	// traffic (W11).
	Manual bool
}

// Result says what came of an attempt.
type Result struct {
	JobID   string
	Number  int
	Outcome Outcome
}

// Outcome is what came of a call. It has the fields of the caller's own
// response, so that the one converts to the other.
type Outcome struct {
	// StartedAt is when the call began, wall time; zero if nothing was sent.
	StartedAt time.Time
	// Phases of the call (W14): name resolution, TCP connect, TLS handshake;
	// then from the start to the first byte of the answer, and to the end.
	DNS, Connect, TLS, FirstByte, Total time.Duration
	// StatusCode is the HTTP status, 0 if there was no answer.
	StatusCode int
	// Reason is the closed reason of a failure; empty means success (W4).
	Reason string
	// RetryAfter is how long the answer asks to be left alone; 0 when it does
	// not (W5).
	RetryAfter time.Duration
	// Answer holds the first bytes of the answer.
	Answer string
}

// Reasons that delivery itself knows. The others are the caller's.
const (
	// ReasonCanceled means that the call was cut off on our side, at a
	// hand-over or shutdown. It is no attempt: nobody knows what became of it.
	ReasonCanceled = "canceled"
	// ReasonBusy means that the endpoint has no room for the call now (W7). It
	// is no attempt: nothing was sent. It ends a webhook that finds none until
	// its time is over.
	ReasonBusy = "busy"
	// ReasonBodyTooLarge means that the body is over what may be sent. It ends
	// the webhook at once (W12).
	ReasonBodyTooLarge = "body_too_large"
	// ReasonBodyUnavailable is for whoever makes the call: the body could not
	// be read from webhook-jobs.
	ReasonBodyUnavailable = "body_unavailable"
	// ReasonSecretUnreadable is for whoever makes the call: a secret of the
	// endpoint could not be opened (W10). It is no attempt: nothing was sent, and
	// the endpoint is not to blame. Only a test fails by it.
	ReasonSecretUnreadable = "secret_unreadable"
	// ReasonDeadline ends a webhook whose deadline has passed (W6).
	ReasonDeadline = "deadline"
	// ReasonEndpointNotEnabled ends a webhook whose endpoint took no traffic
	// until the deadline (W9).
	ReasonEndpointNotEnabled = "endpoint_not_enabled"
	// ReasonEndpointSuspended ends a webhook whose endpoint was suspended at
	// the deadline, and had no room for one more call (W8).
	ReasonEndpointSuspended = "endpoint_suspended"
	// ReasonQueueFull ends a webhook that came when as many were open for its
	// endpoint and shipment as can be kept.
	ReasonQueueFull = "queue_full"
	// ReasonEndpointDeleted ends a webhook whose endpoint is gone (W9).
	ReasonEndpointDeleted = "endpoint_deleted"
)

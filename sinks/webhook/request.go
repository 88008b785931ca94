package webhook

import "time"

// MaxBodyBytes is the size that a body must stay under (W12).
const MaxBodyBytes = 256 << 10

// Request is one call.
type Request struct {
	// ID is the webhook's id, the same over all attempts at it. It holds no
	// dot.
	ID string
	// EndpointID says whose room the call takes (W7); empty: the URL does.
	EndpointID string
	URL        string
	// Headers are sent along. They cannot replace the headers that the call
	// sets itself.
	Headers map[string]string
	// Secrets sign the call, each for itself, newest first. At least one.
	Secrets []string
	Body    []byte
	// Timeout bounds the call from its start to the end of the answer; 0
	// means that of the caller.
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

// Response is what came of a call (W14).
type Response struct {
	// StartedAt is when the call began, wall time; zero if there was none.
	StartedAt time.Time
	// Phases of the call: name resolution, TCP connect, TLS handshake; 0 where
	// a connection was used again. Then from the start to the first byte of
	// the answer, and to the end.
	DNS, Connect, TLS, FirstByte, Total time.Duration
	// StatusCode is the HTTP status, 0 if there was no answer.
	StatusCode int
	// Reason is one of the reasons below; empty means success: 2xx (W4).
	Reason string
	// RetryAfter is how long the answer asks to be left alone; 0 when it does
	// not (W5).
	RetryAfter time.Duration
	// Answer holds up to 1024 bytes of the answer, as valid UTF-8.
	Answer string
}

// Reasons why a call failed. The set is closed: they label rows and metrics.
const (
	// ReasonTimeout: no whole answer within the timeout.
	ReasonTimeout = "timeout"
	// ReasonCanceled: the call was cut off on our side.
	ReasonCanceled = "canceled"
	// ReasonBusy: the endpoint, or this process, has no room for the call now;
	// no call was made (W7).
	ReasonBusy = "busy"
	// ReasonDNS: the host's name was not resolved.
	ReasonDNS = "dns"
	// ReasonConnect: no TCP connection.
	ReasonConnect = "connect"
	// ReasonTLS: no TLS connection, for example for a wrong certificate.
	ReasonTLS = "tls"
	// ReasonNoAnswer: the connection ended, or what came over it was no HTTP.
	ReasonNoAnswer = "no_answer"
	// ReasonBlockedAddress: the name leads to an address that must not be
	// called (W13).
	ReasonBlockedAddress = "blocked_address"
	// ReasonBlockedPort: the URL names a port that must not be called (W13).
	ReasonBlockedPort = "blocked_port"
	// ReasonRedirect: an answer that leads elsewhere. It is never followed.
	ReasonRedirect = "redirect"
	// ReasonGone: 410, the endpoint wants no more webhooks (W5).
	ReasonGone = "gone"
	// ReasonRateLimited: 429, it wants fewer at a time (W5).
	ReasonRateLimited = "rate_limited"
	// ReasonStatus3xx to ReasonStatusOther: any other answer that is not 2xx.
	ReasonStatus3xx   = "status_3xx"
	ReasonStatus4xx   = "status_4xx"
	ReasonStatus5xx   = "status_5xx"
	ReasonStatusOther = "status_other"
	// ReasonBodyTooLarge: the body is not under MaxBodyBytes; nothing was sent.
	ReasonBodyTooLarge = "body_too_large"
	// ReasonBadRequest: the URL, a header or a secret cannot be used; nothing
	// was sent.
	ReasonBadRequest = "bad_request"
)

// Reasons are those of calls that failed, in no order. ReasonCanceled and
// ReasonBusy, by which no call says anything of its endpoint, are not among
// them.
func Reasons() []string {
	return []string{
		ReasonTimeout, ReasonDNS, ReasonConnect, ReasonTLS, ReasonNoAnswer, ReasonBlockedAddress, ReasonBlockedPort, ReasonRedirect,
		ReasonGone, ReasonRateLimited, ReasonStatus3xx, ReasonStatus4xx, ReasonStatus5xx, ReasonStatusOther, ReasonBodyTooLarge, ReasonBadRequest,
	}
}

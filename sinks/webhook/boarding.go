package webhook

import (
	"net/http"
	"time"

	"waybill/sinks/webhook/lanes"
)

// boarding is what a call's lane needs to know of it. A body that is yet to be
// read counts with the most that it can have.
func boarding(r *Request, later bool) lanes.Call {
	c := lanes.Call{
		Endpoint: endpointOf(r), InFlight: r.InFlight, Rate: r.RateLimit, Bytes: len(r.Body),
		Probe: r.Probe, Fresh: r.Fresh, Follows: r.Follows, Manual: r.Manual,
	}
	if later {
		c.Bytes = MaxBodyBytes
	}
	return c
}

// endpointOf is whose room a call takes.
func endpointOf(r *Request) string {
	if r.EndpointID == "" {
		return r.URL
	}
	return r.EndpointID
}

// goneHold is how long an endpoint is left alone that said it is gone: until
// everyone knows that it has been disabled.
const goneHold = 10 * time.Second

// heard is what a call tells the lane of its endpoint.
func heard(r *Response) lanes.Outcome {
	o := lanes.Outcome{Verdict: verdict(r), Took: r.Total, Hold: r.RetryAfter}
	if r.Reason == ReasonGone {
		o.Hold = goneHold
	}
	return o
}

func verdict(r *Response) lanes.Verdict {
	switch r.StatusCode {
	case 0:
	case http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return lanes.Overloaded
	default:
		switch {
		case r.Reason == "":
			return lanes.Good
		case r.StatusCode >= http.StatusInternalServerError:
			return lanes.Broken
		}
		return lanes.Refused
	}
	switch r.Reason {
	case ReasonTimeout, ReasonDNS, ReasonConnect, ReasonTLS, ReasonNoAnswer:
		return lanes.Absent
	}
	return lanes.Unknown
}

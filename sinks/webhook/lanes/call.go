package lanes

import "time"

// Call is what a lane needs to know of a call that wants to board.
type Call struct {
	// Endpoint names the lane.
	Endpoint string
	// InFlight is how many calls to the endpoint may be under way at a time,
	// over all instances; 0 means the default.
	InFlight int
	// Rate is the highest number of calls a second, over all instances; 0 means
	// any number.
	Rate float64
	// Bytes is the memory that the call holds while it is here.
	Bytes int
	// Probe means that the endpoint is suspended: one call at a time (W8).
	Probe bool
	// Fresh means that the webhook has just come in. While others of the
	// endpoint have been turned away, such calls get no more than half of the
	// room.
	Fresh bool
	// Follows means that its turn has come by another webhook of the shipment,
	// one that has just come in or of which an answer was heard: nobody has asked
	// for it.
	Follows bool
	// Manual means that the webhook is sent again by hand: it gets what live
	// traffic leaves, and no more than a quarter of the limit (W11).
	Manual bool
}

// Cause says why a call did not get a seat. The set is closed.
type Cause string

// Causes. Seated is none.
const (
	Seated Cause = ""
	// Limit: as many calls are under way, or wait, as the endpoint takes.
	Limit Cause = "limit"
	// Rate: its tokens are used up.
	Rate Cause = "rate"
	// Breaker: nobody has answered of late.
	Breaker Cause = "breaker"
	// Hold: it asked to be left alone.
	Hold Cause = "hold"
	// Process: this process has too much under way.
	Process Cause = "process"
	// Canceled: the call's context ended while it waited.
	Canceled Cause = "canceled"
)

// causes are those for which a call is turned away.
func causes() []Cause { return []Cause{Limit, Rate, Breaker, Hold, Process} }

// Verdict is what a call tells of its endpoint.
type Verdict int

// Verdicts.
const (
	// Unknown: nothing, for no call was made, or we broke it off.
	Unknown Verdict = iota
	// Good: the webhook was taken.
	Good
	// Refused: an answer that is about the webhook. Somebody is there.
	Refused
	// Broken: the endpoint failed.
	Broken
	// Overloaded: it failed for want of room, or its gateway gave up on it.
	Overloaded
	// Absent: no answer.
	Absent
)

// Outcome is what came of a call.
type Outcome struct {
	Verdict Verdict
	// Took is how long it took, from being sent to the end of the answer.
	Took time.Duration
	// Hold is how long the endpoint asks to be left alone; bounded to 5 min.
	Hold time.Duration
}

// Seat is a place among the calls under way. Whoever has one must leave it.
type Seat struct {
	lane  *lane
	call  Call
	began time.Time
	with  int  // calls in flight then, itself included
	round int  // that it is part of, 0 for none
	trial bool // of the breaker
}

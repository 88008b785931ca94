package dialects

import (
	"fmt"

	"waybill/schemas"
)

// Reading is what came of a payload.
type Reading struct {
	// Dialect is the name of the dialect it was read in.
	Dialect string
	// Events are in the order of the payload, which means nothing (I6).
	Events []schemas.CarrierEvent
	// Failures are what the source says it could not do, and what of the payload
	// could not be read; the rest of it was.
	Failures []Failure
}

// Reason says what kind a failure is.
type Reason string

// The reasons. The first are answers of the source: no news is there, and none
// is lost. The last two are about the payload.
const (
	// ReasonNotFound: the source does not know the parcel, so far.
	ReasonNotFound Reason = "not_found"
	// ReasonInvalidNumber: the source says that this is no number of its.
	ReasonInvalidNumber Reason = "invalid_number"
	// ReasonUnauthorized: the source did not accept who asked.
	ReasonUnauthorized Reason = "unauthorized"
	// ReasonRateLimited: the source was asked too often.
	ReasonRateLimited Reason = "rate_limited"
	// ReasonUnavailable: the source is not able to answer for the moment.
	ReasonUnavailable Reason = "unavailable"
	// ReasonBadRequest: the source refused the question for another reason.
	ReasonBadRequest Reason = "bad_request"
	// ReasonBadEvent: one event cannot be read; Where says which.
	ReasonBadEvent Reason = "bad_event"
	// ReasonNoEvents: the payload tells of a parcel and has no event of it.
	ReasonNoEvents Reason = "no_events"
)

// Reasons lists the reasons.
func Reasons() []Reason {
	return []Reason{
		ReasonNotFound, ReasonInvalidNumber, ReasonUnauthorized, ReasonRateLimited, ReasonUnavailable, ReasonBadRequest, ReasonBadEvent, ReasonNoEvents,
	}
}

// Failure is one thing that the source could not tell, or that could not be
// read.
type Failure struct {
	Reason         Reason `json:"reason"`
	Carrier        string `json:"carrier"`
	TrackingNumber string `json:"tracking_number"`
	RawCode        string `json:"raw_code"`    // the source's code of it
	Description    string `json:"description"` // the source's words, or what is wrong
	Where          string `json:"where"`       // of the event in the payload: events[3]; empty: of the whole
}

// Kinds of payloads that cannot be read at all.
const (
	// Malformed: it is not JSON or XML, or breaks a bound.
	Malformed = "malformed"
	// WrongDialect: it is not in the dialect that was named.
	WrongDialect = "wrong_dialect"
	// UnknownDialect: there is no such dialect, or none could be told.
	UnknownDialect = "unknown_dialect"
)

// PayloadError says why a payload cannot be read at all. It belongs to the dead
// letters, whole.
type PayloadError struct {
	Dialect string // as far as it is known
	Kind    string // Malformed, WrongDialect or UnknownDialect
	Problem string // what is wrong and where
}

func (e *PayloadError) Error() string {
	if e.Dialect == "" {
		return fmt.Sprintf("reading a payload: %s: %s", e.Kind, e.Problem)
	}
	return fmt.Sprintf("reading a payload of %s: %s: %s", e.Dialect, e.Kind, e.Problem)
}

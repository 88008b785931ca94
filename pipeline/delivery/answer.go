package delivery

import (
	"slices"
	"time"
)

// HTTP statuses that the rules heed.
const (
	statusBadRequest      = 400
	statusNotFound        = 404
	statusGone            = 410
	statusTooLarge        = 413
	statusUnprocessable   = 422
	statusTooManyRequests = 429
	statusUnavailable     = 503
)

// maxRefusals is after how many answers that will not change a webhook steps
// aside (W2).
const maxRefusals = 3

// willNotChange tells whether the answer would be the same however often it
// is asked for (W2).
func willNotChange(o Outcome) bool {
	statuses := []int{statusBadRequest, statusNotFound, statusTooLarge, statusUnprocessable}
	return slices.Contains(statuses, o.StatusCode)
}

// retryAfter is how long an answer asks to be left alone, as far as we heed it:
// from 429 and 503 (W5).
func retryAfter(o Outcome) time.Duration {
	if o.StatusCode == statusTooManyRequests || o.StatusCode == statusUnavailable {
		return o.RetryAfter
	}
	return 0
}

// ours tells whether an attempt failed on our side, so that it says nothing of
// the endpoint's health.
func ours(o Outcome) bool {
	return o.Reason == ReasonBodyUnavailable
}

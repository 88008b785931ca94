package api

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"

	"waybill/internal/endpointclient"
)

// problemError is the body of every answer that is not 2xx (RFC 9457).
type problemError struct {
	Type   string `json:"type"` // waybill:problem:<word>; the word does not change
	Title  string `json:"title"`
	Status int    `json:"status"`
	Detail string `json:"detail"`          // what is wrong and what to do
	Field  string `json:"field,omitempty"` // the field or parameter that is to blame
	// Trackings are what became of each item of a batch of which none was
	// accepted.
	Trackings []*registered `json:"trackings,omitempty"`
	// RequestID finds the request in the log; the problem of an item has none.
	RequestID string `json:"request_id,omitempty"`

	cause error // for the log alone; nil: the detail says all
}

func (p *problemError) Error() string {
	if p.cause != nil {
		return p.cause.Error()
	}
	return fmt.Sprintf("%d: %s", p.Status, p.Detail)
}

const (
	problemType     = "application/problem+json"
	problemTypeBase = "waybill:problem:"
)

// problem makes a problem of a status: its title is the status's own, its type
// follows from it.
func problem(status int, format string, args ...any) *problemError {
	title := http.StatusText(status)
	return &problemError{
		Type: problemTypeBase + strings.ReplaceAll(strings.ToLower(title), " ", "-"), Title: title,
		Status: status, Detail: fmt.Sprintf(format, args...),
	}
}

// wrong makes a problem of one field or parameter.
func wrong(field, format string, args ...any) *problemError {
	p := problem(http.StatusBadRequest, format, args...)
	p.Field = field
	return p
}

// asProblem says to a client what an error is to it. What is our own fault is
// not told in detail: the log has that.
func asProblem(err error) *problemError {
	if p, ok := errors.AsType[*problemError](err); ok {
		return p
	}
	if refused, ok := errors.AsType[*endpointclient.RefusalError](err); ok {
		p := problem(refused.Status, "%s", refused.Text)
		p.Field = refused.Field
		return p
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return problem(http.StatusGatewayTimeout, "it took too long; it may still be done: look at what there is before you ask again, or ask again with the same Idempotency-Key")
	}
	if _, is := errors.AsType[net.Error](err); is {
		return unavailable(err)
	}
	return problem(http.StatusInternalServerError, "something went wrong here; the log of the server has it under the request id")
}

// unavailable says that something is missing for a while which an answer needs.
// What and where is for the log.
func unavailable(err error) *problemError {
	p := problem(http.StatusServiceUnavailable, "what this needs cannot be reached at the moment; try again soon")
	p.cause = err
	return p
}

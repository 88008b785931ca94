package inbound

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
)

// outcome is how a webhook can end, a label of the metrics; empty: it has not.
type outcome string

// The outcomes.
const (
	accepted      outcome = "accepted"
	ignored       outcome = "ignored" // a test, or about something else than parcels
	unreadable    outcome = "unreadable"
	incomplete    outcome = "incomplete"
	unauthorized  outcome = "unauthorized"
	unknown       outcome = "unknown"
	wrongMethod   outcome = "wrong_method"
	tooLarge      outcome = "too_large"
	wrongEncoding outcome = "wrong_encoding"
	busy          outcome = "busy"
	unavailable   outcome = "unavailable"
	broken        outcome = "broken"
)

func outcomes() []outcome {
	return []outcome{accepted, ignored, unreadable, incomplete, unauthorized, unknown, wrongMethod, tooLarge, wrongEncoding, busy, unavailable, broken}
}

// answer says what a sender is told: a status, words, and after how many seconds
// to send again, 0 for nothing. Strangers learn nothing that depends on what
// they sent; where a platform should send again, the status is 429 or 5xx.
func (o outcome) answer() (status int, detail string, retry int) {
	switch o {
	case accepted, ignored:
		return http.StatusOK, "", 0
	case unreadable:
		return http.StatusBadRequest, "it cannot be read in the dialect of this source; it is kept", 0
	case incomplete:
		return http.StatusBadRequest, "the body did not come in whole", 0
	case unauthorized:
		return http.StatusUnauthorized, "nothing proves who has sent it", 0
	case unknown:
		return http.StatusNotFound, "there is nothing here", 0
	case wrongMethod:
		return http.StatusMethodNotAllowed, "webhooks are sent here by POST", 0
	case tooLarge:
		return http.StatusRequestEntityTooLarge, fmt.Sprintf("a webhook may have %d bytes, unpacked too", MaxBodyBytes), 0
	case wrongEncoding:
		return http.StatusUnsupportedMediaType, "a body may be packed with gzip, and with nothing else", 0
	case busy:
		return http.StatusTooManyRequests, "more webhooks are in hand than can be; send it again soon", 1
	case unavailable:
		return http.StatusServiceUnavailable, "it could not be kept; send it again soon", 5
	default:
		return http.StatusInternalServerError, "something went wrong here; send it again", 5
	}
}

// requestID is X-Request-ID in HTTP's form.
const requestID = "X-Request-Id"

// counts is the body of a good answer.
func (c *call) counts() []byte {
	const bytes = 48
	body := strconv.AppendInt(append(make([]byte, 0, bytes), `{"events":`...), int64(c.events), 10)
	return append(strconv.AppendInt(append(body, `,"failures":`...), int64(c.failures), 10), "}\n"...)
}

// write answers. What is not 2xx is a problem document (RFC 9457).
func (c *call) write(w http.ResponseWriter) {
	status, detail, retry := c.end.answer()
	h, values := w.Header(), []string{c.id, "no-store", "nosniff", "application/json"} // in one piece of memory
	h[requestID], h["Cache-Control"], h["X-Content-Type-Options"] = values[:1:1], values[1:2:2], values[2:3:3]
	if status < http.StatusMultipleChoices {
		h["Content-Type"] = values[3:]
		w.WriteHeader(status)
		_, _ = w.Write(c.counts()) // a sender that went away is told nothing
		return
	}
	switch c.end {
	case unauthorized:
		// Some send their password only when they are asked for it.
		h.Set("WWW-Authenticate", `Basic realm="waybill"`)
	case wrongMethod:
		h.Set("Allow", http.MethodPost)
	}
	if retry > 0 {
		h.Set("Retry-After", strconv.Itoa(retry))
	}
	h.Set("Content-Type", "application/problem+json")
	w.WriteHeader(status)
	title := http.StatusText(status)
	_ = json.NewEncoder(w).Encode(struct { //nolint:errchkjson // as above
		Type      string `json:"type"`
		Title     string `json:"title"`
		Status    int    `json:"status"`
		Detail    string `json:"detail"`
		RequestID string `json:"request_id"`
	}{"waybill:problem:" + strings.ReplaceAll(strings.ToLower(title), " ", "-"), title, status, detail, c.id})
}

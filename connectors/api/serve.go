package api

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/http"
	"runtime/debug"
	"strings"
	"time"
)

const (
	headerRequestID = "X-Request-ID"
	maxIDBytes      = 64
)

// serve makes a route a handler: it gives the request an id, writes what comes
// of it, and tells log and metrics.
func (a *API) serve(pattern string, bodyLimit int64, do func(*call) (*answer, error)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		begun := time.Now()
		r.Body = http.MaxBytesReader(w, r.Body, bodyLimit)
		c := &call{Request: r, id: requestID(r), header: w.Header(), limit: bodyLimit, room: a.room}
		defer c.giveRoom()
		made, err := a.guarded(c, do)
		if err != nil {
			made = a.failed(c, err)
		}
		a.conclude(c, made)
		size := write(w, c, made)
		took := time.Since(begun)
		a.metrics.observe(pattern, made.status, took)
		a.logCall(c, pattern, made.status, size, took)
	})
}

// guarded turns a panic of a route into an error: one request must not end the
// process.
func (a *API) guarded(c *call, do func(*call) (*answer, error)) (made *answer, err error) {
	defer func() {
		if fault := recover(); fault != nil {
			err = fmt.Errorf("panicking: %v\n%s", fault, debug.Stack())
		}
	}()
	return do(c)
}

// failed is the answer for an error.
func (a *API) failed(c *call, err error) *answer {
	p := *asProblem(err)
	p.RequestID = c.id
	if p.Status >= http.StatusInternalServerError && c.Context().Err() == nil {
		a.cfg.Logger.Error("a request could not be answered", "request_id", c.id, "method", c.Method, "path", c.URL.Path, "err", err)
	}
	return &answer{status: p.Status, body: &p}
}

// write writes an answer and returns the size of its body.
func write(w http.ResponseWriter, c *call, made *answer) int {
	var body bytes.Buffer
	c.header.Set(headerRequestID, c.id)
	c.header.Set("Cache-Control", "no-store")
	c.header.Set("X-Content-Type-Options", "nosniff")
	switch content := made.body.(type) {
	case nil:
	case *file:
		c.header.Set("Content-Type", content.mediaType)
		body.Write(content.data)
	default:
		c.header.Set("Content-Type", "application/json")
		if _, is := made.body.(*problemError); is {
			c.header.Set("Content-Type", problemType)
		}
		encoder := json.NewEncoder(&body)
		encoder.SetEscapeHTML(false) // what it carries of webhooks keeps its bytes
		if err := encoder.Encode(made.body); err != nil {
			panic(fmt.Sprintf("writing an answer of type %T: %v", made.body, err)) // net/http ends the connection, and nothing else
		}
	}
	w.WriteHeader(made.status)
	n, _ := w.Write(body.Bytes()) // a client that went away is told nothing
	return n
}

// requestID is the one that the client gave, if it is harmless, or a new one.
func requestID(r *http.Request) string {
	given := r.Header.Get(headerRequestID)
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("._-", r)
	}
	if given == "" || len(given) > maxIDBytes || strings.ContainsFunc(given, func(r rune) bool { return !plain(r) }) {
		return "req_" + strings.ToLower(rand.Text())
	}
	return given
}

// logCall writes the one line of a request. It has no query, no header and no
// body: those may hold what is not for a log. Requests that change something, and
// those that were refused for their key, are marked for the audit.
func (a *API) logCall(c *call, pattern string, status, size int, took time.Duration) {
	fields := []any{
		"request_id", c.id, "method", c.Method, "path", c.URL.Path, "route", pattern, "status", status,
		"bytes", size, "duration", took.Round(time.Microsecond), "from", c.RemoteAddr,
	}
	if c.key != nil {
		fields = append(fields, "tenant", c.key.Tenant, "key", c.key.ID)
	}
	if c.Method != http.MethodGet && c.Method != http.MethodHead || status == http.StatusUnauthorized || status == http.StatusForbidden {
		fields = append(fields, "audit", true)
	}
	a.cfg.Logger.Info("request", fields...)
}

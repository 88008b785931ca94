package inbound

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"waybill/connectors/inbound/keyset"
	"waybill/connectors/inbound/proof"
)

// Prefix is where webhooks come to.
const Prefix = "/in/"

// Handler takes webhooks. It is safe for concurrent use.
type Handler struct {
	cfg     Config
	metrics *metrics
	keys    *keySets
	inHand  budget
	bytes   budget

	table  atomic.Pointer[table]
	making sync.Mutex // held by the one who makes a table
}

// New makes a handler. The error says which account cannot be used, and why.
func New(c Config) (*Handler, error) {
	c, err := c.withDefaults()
	if err != nil {
		return nil, err
	}
	h := &Handler{cfg: c, inHand: budget{most: c.MaxInHand}, bytes: budget{most: c.MaxBytes}}
	h.keys = &keySets{keyset.Client(c.AllowedNetworks), c.Logger, make(map[string]*keyset.Set)}
	t, err := newTable(c.Accounts.Current(), h.keys)
	if err != nil {
		return nil, fmt.Errorf("taking webhooks of carriers: %w", err)
	}
	h.table.Store(t)
	h.metrics, err = newMetrics(c.Registerer, h)
	return h, err
}

// call is one webhook on its way.
type call struct {
	*http.Request

	id      string
	begun   time.Time
	source  string // label of the metrics
	account string // tenant/name, once it has proven itself
	body    []byte
	end     outcome
	reason  proof.Reason // why it was not let in
	cause   error        // for the log alone

	events, failures int
}

// ServeHTTP implements http.Handler.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c := &call{Request: r, id: "req_" + strings.ToLower(rand.Text()), begun: time.Now(), source: unknownSource}
	h.guarded(c)
	c.write(w)
	took := time.Since(c.begun)
	h.metrics.observe(c, took)
	h.log(c, took)
}

// guarded turns a panic into an outcome: one webhook must not end the process.
func (h *Handler) guarded(c *call) {
	defer func() {
		if fault := recover(); fault != nil {
			c.end, c.cause = broken, fmt.Errorf("panicking: %v\n%s", fault, debug.Stack())
		}
	}()
	c.end = h.take(c)
}

// take takes one webhook, and returns how it ended.
func (h *Handler) take(c *call) outcome {
	source, account, _ := strings.Cut(strings.TrimPrefix(c.URL.Path, Prefix), "/")
	senders := h.current().find(source, account)
	if c.Method != http.MethodPost {
		return wrongMethod
	}
	if len(senders) == 0 {
		return unknown
	}
	dialect := senders[0].Dialect
	c.source = dialect.Name
	if !h.inHand.take(1) {
		return busy
	}
	defer h.inHand.give(1)
	body, took, end := h.read(c.Request)
	defer h.bytes.give(took)
	if end != "" {
		return end
	}
	c.body = body
	sender := c.prove(senders)
	if sender == nil {
		return unauthorized
	}
	c.account = sender.name
	ctx, cancel := context.WithTimeout(c.Context(), patience(dialect.Name))
	defer cancel()
	return h.publish(ctx, c, dialect)
}

// prove returns the sender that a webhook comes from, or nil. The reason is that
// of the one whose proof it came nearest to.
func (c *call) prove(senders []*Sender) *Sender {
	r := &proof.Request{Method: c.Method, Header: c.Header, Body: c.body, Time: c.begun}
	if c.URL.RawQuery != "" {
		r.Query = c.URL.Query()
	}
	nearest := -1
	for _, s := range senders {
		reason := s.Proof.Check(c.Context(), r)
		if reason == "" {
			return s
		}
		if at := slices.Index(proof.Reasons(), reason); at > nearest {
			nearest, c.reason = at, reason
		}
	}
	return nil
}

// patience is how long Kafka may take: what the source waits for an answer, less
// what the way takes.
func patience(source string) time.Duration {
	switch source {
	case "shippo":
		return 2500 * time.Millisecond
	case "easypost":
		return 6 * time.Second
	default:
		return 10 * time.Second
	}
}

// log writes the one line of a webhook. It has no header, query or body: those
// hold signatures and keys. What goes well is for those who debug.
func (h *Handler) log(c *call, took time.Duration) {
	level := slog.LevelDebug
	status, _, _ := c.end.answer()
	switch {
	case status >= http.StatusInternalServerError && c.Context().Err() == nil:
		level = slog.LevelError
	case status >= http.StatusBadRequest || c.failures > 0:
		level = slog.LevelInfo
	}
	ctx := c.Context()
	if !h.cfg.Logger.Enabled(ctx, level) {
		return
	}
	fields := []slog.Attr{
		slog.String("request_id", c.id), slog.String("path", c.URL.Path), slog.String("source", c.source), slog.String("account", c.account),
		slog.String("outcome", string(c.end)), slog.Int("status", status), slog.Int("bytes", len(c.body)),
		slog.Int("events", c.events), slog.Int("failures", c.failures), slog.Duration("duration", took), slog.String("from", c.RemoteAddr),
	}
	if c.reason != "" && c.account == "" {
		fields = append(fields, slog.String("reason", string(c.reason)))
	}
	if c.cause != nil {
		fields = append(fields, slog.Any("err", c.cause))
	}
	h.cfg.Logger.LogAttrs(ctx, level, "webhook of a carrier", fields...)
}

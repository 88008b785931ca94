package webhook

import (
	"context"
	"crypto/tls"
	"net/http/httptrace"
	"sync"
	"time"
)

// phases takes the times of a call (W14). The client calls its hooks from
// several goroutines, and some of them after the call has ended.
type phases struct {
	mu           sync.Mutex
	dns, connect span
	tls          span
	asked        bool // for a connection
	connected    bool
	firstByte    time.Time
	trace        httptrace.ClientTrace
}

// followed is the context of a call, which holds its phases.
type followed struct {
	context.Context //nolint:containedctx // it is one
	phases
}

// Value implements context.Context.
func (f *followed) Value(key any) any {
	if key == (phasesKey{}) {
		return &f.phases
	}
	return f.Context.Value(key)
}

type span struct{ start, end time.Time }

func (s span) duration() time.Duration {
	if s.start.IsZero() || s.end.IsZero() {
		return 0
	}
	return s.end.Sub(s.start)
}

// phasesKey is where a call's context has its phases.
type phasesKey struct{}

// follow has the client tell of a call. What concerns a new connection alone is
// asked for by the dialer, for few calls need one.
func follow(ctx context.Context) (context.Context, *phases) {
	f := &followed{Context: ctx}
	p := &f.phases
	p.trace = httptrace.ClientTrace{
		TLSHandshakeStart:    func() { p.start(&p.tls) },
		TLSHandshakeDone:     func(tls.ConnectionState, error) { p.end(&p.tls) },
		GetConn:              func(string) { p.locked(func() { p.asked = true }) },
		GotConn:              func(httptrace.GotConnInfo) { p.locked(func() { p.connected = true }) },
		GotFirstResponseByte: func() { p.locked(func() { p.firstByte = time.Now() }) },
	}
	return httptrace.WithClientTrace(f, &p.trace), p
}

// followDial has the dialer tell of a connection that it makes for a call.
func followDial(ctx context.Context) context.Context {
	p, ok := ctx.Value(phasesKey{}).(*phases)
	if !ok {
		return ctx
	}
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		DNSStart:     func(httptrace.DNSStartInfo) { p.start(&p.dns) },
		DNSDone:      func(httptrace.DNSDoneInfo) { p.end(&p.dns) },
		ConnectStart: func(string, string) { p.start(&p.connect) },
		ConnectDone:  func(string, string, error) { p.end(&p.connect) },
	})
}

// start begins a phase. A host with several addresses is dialled several
// times: the phase lasts from the first start to the last end.
func (p *phases) start(s *span) {
	p.locked(func() {
		if s.start.IsZero() {
			s.start = time.Now()
		}
	})
}

func (p *phases) end(s *span) { p.locked(func() { s.end = time.Now() }) }

func (p *phases) locked(f func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	f()
}

// fill writes the times into a response.
func (p *phases) fill(r *Response, started time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	r.DNS, r.Connect, r.TLS = p.dns.duration(), p.connect.duration(), p.tls.duration()
	if !p.firstByte.IsZero() {
		r.FirstByte = p.firstByte.Sub(started)
	}
}

// began tells whether the client went as far as to ask for a connection, which
// it does only with a request that is fit to be sent.
func (p *phases) began() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.asked
}

// failedIn is the reason of a call that broke off, by how far it had come.
func (p *phases) failedIn() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.connected:
		return ReasonNoAnswer
	case !p.tls.start.IsZero():
		return ReasonTLS
	}
	return ReasonConnect
}

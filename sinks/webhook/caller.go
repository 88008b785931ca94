package webhook

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/http"
	"net/netip"
	"time"

	"waybill/sinks/webhook/lanes"
)

// Options say how calls are made. The zero value is right for the internet.
type Options struct {
	// Version is Waybill's, for the user-agent header. Empty: "dev".
	Version string
	// Timeout bounds a call that names none of its own. Default 15 s.
	Timeout time.Duration
	// AllowedNetworks may be called whatever they are, on any port: own
	// premises and tests (W13).
	AllowedNetworks []netip.Prefix
	// ForbidPort80 leaves only port 443 outside of AllowedNetworks.
	ForbidPort80 bool
	// RootCAs verifies the endpoints' certificates. Nil: the system's.
	RootCAs *x509.CertPool
	// Sources are this machine's addresses that calls leave from, in turn; a
	// target of a kind (IPv4, IPv6) that none of them has is not called. None:
	// the system chooses.
	Sources []netip.Addr
	// Resolver finds the addresses of names. Nil: the system's.
	Resolver *net.Resolver
	// Lanes say how many calls may be under way, to an endpoint and in all (W7).
	Lanes lanes.Options
}

// Limits of a connection. There is none on how many lead to a host: the lanes
// bound the calls, and a limit by host would let one endpoint that hangs hold up
// others that are served by the same machines.
const (
	defaultTimeout     = 15 * time.Second
	idleTimeout        = 90 * time.Second
	silentTimeout      = 20 * time.Second
	pingTimeout        = 10 * time.Second
	idleConns          = 2048
	idleConnsPerHost   = idleConns // many endpoints may be on one host; with fewer most calls to a fast one would connect anew
	maxHeaderBytes     = 64 << 10
	maxAnswerBytes     = 64 << 10
	maxKeptAnswerBytes = 1 << 10
)

// Caller makes calls. It is safe for concurrent use; connections to a host are
// used again, over HTTP/2 where the host speaks it.
type Caller struct {
	transport  *http.Transport
	lanes      *lanes.Lanes
	flights    flights
	addressees addressees
	userAgent  string
	timeout    time.Duration
}

// New makes a caller.
func New(o Options) *Caller {
	if o.Version == "" {
		o.Version = "dev"
	}
	if o.Timeout == 0 {
		o.Timeout = defaultTimeout
	}
	transport := &http.Transport{
		// A proxy would make the connection in our place, past the guard.
		Proxy:       nil,
		DialContext: newDialer(&o).dial,
		// With a dialer of one's own, HTTP/2 must be asked for.
		ForceAttemptHTTP2: true,
		// A connection that died in silence would let every call to its host
		// time out for a quarter of an hour, for HTTP/2 goes on using it.
		HTTP2:                  &http.HTTP2Config{SendPingTimeout: silentTimeout, PingTimeout: pingTimeout, WriteByteTimeout: o.Timeout},
		TLSClientConfig:        &tls.Config{RootCAs: o.RootCAs, MinVersion: tls.VersionTLS12},
		MaxIdleConns:           idleConns,
		MaxIdleConnsPerHost:    idleConnsPerHost,
		IdleConnTimeout:        idleTimeout,
		MaxResponseHeaderBytes: maxHeaderBytes,
		// A compressed answer may be a thousand times as large as it came.
		DisableCompression: true,
		// A connection that is made outlives the call that asked for it: it
		// must end by itself.
		TLSHandshakeTimeout: o.Timeout,
	}
	return &Caller{transport: transport, lanes: lanes.New(o.Lanes), userAgent: "waybill/" + o.Version, timeout: o.Timeout}
}

// Close closes the connections that are not in use. Calls must have ended.
func (c *Caller) Close() { c.transport.CloseIdleConnections() }

// Stats gives the figures of the lanes.
func (c *Caller) Stats() lanes.Stats { return c.lanes.Stats() }

// Crowded tells whether reading on has to wait, because this machine is slower
// than the endpoints.
func (c *Caller) Crowded() bool { return c.lanes.Crowded() }

// Call makes one call and says what came of it. It ends when ctx does. While a
// call of the same webhook to the same URL is under way, it waits for that and
// gives the same answer. Where StartedAt is zero, nothing was sent.
func (c *Caller) Call(ctx context.Context, r Request) Response {
	out, _ := c.CallWith(ctx, r, nil) // there is nothing to fail
	return out
}

// CallWith is Call for a webhook whose body lies elsewhere: load reads it once
// there is room for the call, so that those that wait hold no memory. It returns
// the error of load, when that failed and nothing was sent. Nil: r has the body.
func (c *Caller) CallWith(ctx context.Context, r Request, load func(context.Context) ([]byte, error)) (Response, error) {
	var failure error
	out := c.flights.do(ctx, flightKey{r.ID, r.URL}, func() (out Response) {
		seat, cause := c.lanes.Board(ctx, boarding(&r, load != nil))
		switch cause {
		case lanes.Seated:
		case lanes.Canceled:
			return Response{Reason: ReasonCanceled}
		default:
			return Response{Reason: ReasonBusy}
		}
		defer func() { c.lanes.Leave(seat, heard(&out)) }()
		if load != nil {
			if r.Body, failure = load(ctx); failure != nil {
				return Response{Reason: ReasonCanceled}
			}
		}
		return c.call(ctx, &r)
	})
	return out, failure
}

func (c *Caller) call(ctx context.Context, r *Request) Response {
	if len(r.Body) >= MaxBodyBytes {
		return Response{Reason: ReasonBodyTooLarge}
	}
	timeout := r.Timeout
	if timeout == 0 {
		timeout = c.timeout
	}
	callCtx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	to, err := c.addressees.of(r, c.userAgent)
	if err != nil {
		return Response{Reason: ReasonBadRequest}
	}
	told, p := follow(callCtx)
	started := time.Now()
	req, err := to.request(told, r, started)
	if err != nil {
		return Response{Reason: ReasonBadRequest}
	}
	out := Response{StartedAt: started}
	// Not by a client, which would read where a redirect leads: it could lead
	// anywhere, with the body. It is an answer like any other.
	res, err := c.transport.RoundTrip(req)
	switch {
	case err == nil:
		out.StatusCode, out.Reason = res.StatusCode, reasonOfStatus(res)
		out.RetryAfter = retryAfter(res, time.Now())
		out.Answer = readAnswer(res)
	case !p.began() && ctx.Err() != nil:
		return Response{Reason: ReasonCanceled}
	case !p.began() && callCtx.Err() == nil:
		return Response{Reason: ReasonBadRequest}
	default:
		out.Reason = reasonOf(ctx, callCtx, err, p)
	}
	out.Total = time.Since(started)
	p.fill(&out, started)
	return out
}

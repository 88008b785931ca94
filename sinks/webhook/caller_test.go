package webhook

import (
	"context"
	"crypto/x509"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
	"github.com/stretchr/testify/require"
)

// newCaller makes a caller that may call this machine.
func newCaller(t testing.TB, o Options) *Caller {
	o.AllowedNetworks = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")}
	o.Version = "1.2.3"
	c := New(o)
	t.Cleanup(c.Close)
	return c
}

// serve starts a receiver.
func serve(t testing.TB, handler http.HandlerFunc) *httptest.Server {
	s := httptest.NewServer(handler)
	t.Cleanup(s.Close)
	return s
}

func request(t testing.TB, url string) Request {
	return Request{ID: "job_1", URL: url, Secrets: []string{newSecret(t, 1)}, Body: []byte(`{"id":"job_1"}`)}
}

func TestCall(t *testing.T) {
	var got *http.Request
	var body []byte
	var readErr error
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		got = r
		body, readErr = io.ReadAll(r.Body)
		w.WriteHeader(http.StatusAccepted)
		_, _ = io.WriteString(w, "thanks")
	})
	r := request(t, s.URL+"/hook?a=1")
	r.Headers = map[string]string{"X-Key": "value", "user-agent": "mine", "Webhook-Id": "mine"}
	before := time.Now()
	res := newCaller(t, Options{}).Call(t.Context(), r)

	require.Empty(t, res.Reason)
	require.Equal(t, http.StatusAccepted, res.StatusCode)
	require.Equal(t, "thanks", res.Answer)
	require.WithinRange(t, res.StartedAt, before, time.Now())
	require.Positive(t, res.Connect)
	require.Zero(t, res.DNS, "an address needs no resolution")
	require.Zero(t, res.TLS)
	require.Positive(t, res.FirstByte)
	require.LessOrEqual(t, res.FirstByte, res.Total)

	require.NoError(t, readErr)
	require.Equal(t, r.Body, body)
	require.Equal(t, http.MethodPost, got.Method)
	require.Equal(t, "/hook?a=1", got.URL.RequestURI())
	require.Equal(t, "application/json", got.Header.Get("Content-Type"))
	require.Equal(t, "waybill/1.2.3", got.Header.Get("User-Agent"))
	require.Equal(t, "job_1", got.Header.Get("Webhook-Id"))
	require.Equal(t, "value", got.Header.Get("X-Key"))
	require.NotContains(t, got.Header, idempotencyKey)
	require.NotContains(t, got.Header, "Accept-Encoding")
	verifier, err := standardwebhooks.NewWebhook(r.Secrets[0])
	require.NoError(t, err)
	require.NoError(t, verifier.Verify(body, got.Header))
}

func TestCallStatus(t *testing.T) {
	for code, want := range map[int]string{
		200: "", 204: "", 299: "",
		304: ReasonStatus3xx, 400: ReasonStatus4xx, 410: ReasonGone, 429: ReasonRateLimited,
		500: ReasonStatus5xx, 599: ReasonStatus5xx, 600: ReasonStatusOther, 999: ReasonStatusOther,
	} {
		s := serve(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) })
		res := newCaller(t, Options{}).Call(t.Context(), request(t, s.URL))
		require.Equal(t, want, res.Reason, code)
		require.Equal(t, code, res.StatusCode)
	}
}

// TestCallIgnoresProxies makes sure that no proxy of the environment dials in
// our place, past the guard.
func TestCallIgnoresProxies(t *testing.T) {
	proxy := serve(t, func(http.ResponseWriter, *http.Request) {})
	t.Setenv("HTTP_PROXY", proxy.URL)
	t.Setenv("http_proxy", proxy.URL)
	c := newCaller(t, Options{})
	res := c.Call(t.Context(), request(t, "http://169.254.169.254/"))
	require.Equal(t, ReasonBlockedAddress, res.Reason)
	require.Nil(t, c.transport.Proxy, "the environment is read once per process, so look at the setting too")
}

func TestCallFailures(t *testing.T) {
	hung := make(chan struct{})
	defer close(hung)
	slow := serve(t, func(http.ResponseWriter, *http.Request) { <-hung })
	cutOff := serve(t, func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
	noHTTP := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		conn, _, err := http.NewResponseController(w).Hijack()
		if err == nil {
			_, _ = conn.Write([]byte("220 mail.example ESMTP\r\n"))
			_ = conn.Close()
		}
	})
	strange := httptest.NewUnstartedServer(http.NotFoundHandler())
	strange.Config.ErrorLog = log.New(io.Discard, "", 0) // it will complain of us
	strange.StartTLS()
	defer strange.Close()
	for name, row := range map[string]struct {
		change func(*Request)
		want   string
	}{
		"hangs":                   {func(r *Request) { r.URL, r.Timeout = slow.URL, 50*time.Millisecond }, ReasonTimeout},
		"closes the connection":   {func(r *Request) { r.URL = cutOff.URL }, ReasonNoAnswer},
		"speaks no HTTP":          {func(r *Request) { r.URL = noHTTP.URL }, ReasonNoAnswer},
		"nobody listens":          {func(r *Request) { r.URL = "http://" + unusedAddress(t) }, ReasonConnect},
		"no such name":            {func(r *Request) { r.URL = "http://bad..name/" }, ReasonDNS},
		"unknown certificate":     {func(r *Request) { r.URL = strange.URL }, ReasonTLS},
		"no TLS there":            {func(r *Request) { r.URL = strings.Replace(slow.URL, "http:", "https:", 1) }, ReasonTLS},
		"a URL of another kind":   {func(r *Request) { r.URL = "ftp://127.0.0.1/" }, ReasonBadRequest},
		"no URL":                  {func(r *Request) { r.URL = "http://a b/" }, ReasonBadRequest},
		"a header that cannot be": {func(r *Request) { r.Headers = map[string]string{"X": "a\nb"} }, ReasonBadRequest},
		"a secret that cannot be": {func(r *Request) { r.Secrets = []string{"whsec_"} }, ReasonBadRequest},
		"a body of 256 KiB":       {func(r *Request) { r.Body = make([]byte, MaxBodyBytes) }, ReasonBodyTooLarge},
	} {
		t.Run(name, func(t *testing.T) {
			r := request(t, "http://"+unusedAddress(t))
			row.change(&r)
			res := newCaller(t, Options{}).Call(t.Context(), r)
			require.Equal(t, row.want, res.Reason)
			require.Zero(t, res.StatusCode)
			unsent := row.want == ReasonBadRequest || row.want == ReasonBodyTooLarge
			require.Equal(t, unsent, res.StartedAt.IsZero())
		})
	}
}

// unusedAddress is one that nobody listens on: the port is taken and let go.
func unusedAddress(t testing.TB) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, l.Close())
	return l.Addr().String()
}

// TestCallUnderWay: a call can be cut off, and while it is under way a suspended
// endpoint gets no other.
func TestCallUnderWay(t *testing.T) {
	arrived, hung := make(chan struct{}), make(chan struct{})
	s := serve(t, func(http.ResponseWriter, *http.Request) {
		close(arrived)
		<-hung
	})
	defer close(hung)
	c := newCaller(t, Options{})
	ctx, cancel := context.WithCancel(t.Context())
	first := make(chan Response)
	one, other := request(t, s.URL), request(t, s.URL)
	go func() { first <- c.Call(ctx, one) }()
	<-arrived

	other.ID, other.Probe = "job_2", true
	require.Equal(t, Response{Reason: ReasonBusy}, c.Call(t.Context(), other))
	cancel()
	require.Equal(t, ReasonCanceled, (<-first).Reason)
}

func TestCallKeepsTheFirstOfAnAnswer(t *testing.T) {
	for name, row := range map[string]struct{ answer, want string }{
		"long":         {strings.Repeat("a", 1<<20), strings.Repeat("a", 1024)},
		"a rune cut":   {strings.Repeat("a", 1022) + "€", strings.Repeat("a", 1022)},
		"no text":      {"\xff\xfe" + strings.Repeat("b", 1022), "\uFFFD" + strings.Repeat("b", 1021)},
		"all but text": {strings.Repeat("\x80a", 600), strings.Repeat("\uFFFDa", 256)},
	} {
		t.Run(name, func(t *testing.T) {
			s := serve(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, row.answer) })
			res := newCaller(t, Options{}).Call(t.Context(), request(t, s.URL))
			require.Empty(t, res.Reason)
			require.Equal(t, row.want, res.Answer)
		})
	}
}

func TestCallUsesConnectionsAgain(t *testing.T) {
	var conns atomic.Int32
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, r.Proto+strings.Repeat(" ", 4000))
	}))
	s.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			conns.Add(1)
		}
	}
	s.EnableHTTP2 = true
	s.StartTLS()
	defer s.Close()
	roots := x509.NewCertPool()
	roots.AddCert(s.Certificate())
	c := newCaller(t, Options{RootCAs: roots})
	first := c.Call(t.Context(), request(t, s.URL))
	require.Empty(t, first.Reason)
	require.Contains(t, first.Answer, "HTTP/2.0")
	require.Positive(t, first.TLS)
	second := c.Call(t.Context(), request(t, s.URL))
	require.Empty(t, second.Reason)
	require.Zero(t, second.Connect)
	require.Zero(t, second.TLS)
	require.EqualValues(t, 1, conns.Load())
}

// A call whose time is over before it has a connection has failed by that, not
// by what it was to send.
func TestTimeIsOverAtOnce(t *testing.T) {
	r := request(t, "http://127.0.0.1:1/")
	r.Timeout = time.Nanosecond
	require.Equal(t, ReasonTimeout, newCaller(t, Options{}).Call(t.Context(), r).Reason)
}

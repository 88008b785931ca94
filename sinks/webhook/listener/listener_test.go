package listener_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"waybill/sinks/webhook"
	"waybill/sinks/webhook/listener"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// bench is a listener and a caller that reaches it.
type bench struct {
	t      *testing.T
	server *httptest.Server
	caller *webhook.Caller
	secret string
	l      *listener.Listener
	onCall func(listener.Call) // told of calls too, if set
	mu     sync.Mutex
	calls  []listener.Call
}

func newBench(t *testing.T) *bench { return newBenchOf(t, listener.Faults{}) }

func newBenchOf(t *testing.T, faults listener.Faults) *bench {
	b := &bench{t: t, secret: secretOf(t, 1)}
	var err error
	b.l, err = listener.New(listener.Options{
		Secrets: []string{secretOf(t, 9), b.secret},
		Faults:  faults,
		OnCall: func(c listener.Call) {
			b.mu.Lock()
			defer b.mu.Unlock()
			b.calls = append(b.calls, c)
			if b.onCall != nil {
				b.onCall(c)
			}
		},
	})
	require.NoError(t, err)
	b.server = httptest.NewServer(b.l)
	t.Cleanup(b.server.Close)
	b.caller = webhook.New(webhook.Options{AllowedNetworks: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}})
	t.Cleanup(b.caller.Close)
	return b
}

func secretOf(t *testing.T, b byte) string {
	secret, err := webhook.NewSecret(bytes.NewReader(bytes.Repeat([]byte{b}, 64)))
	require.NoError(t, err)
	return secret
}

// send delivers a webhook and returns the status it was answered with.
func (b *bench) send(path, id, body string) int {
	res := b.caller.Call(b.t.Context(), webhook.Request{ID: id, URL: b.server.URL + path, Secrets: []string{b.secret}, Body: []byte(body)})
	return res.StatusCode
}

func event(id, kind, registration string, sequence int) string {
	body, err := json.Marshal(map[string]any{
		"id": id, "type": kind, "registration": map[string]any{"id": registration}, "sequence": sequence, "shipment": map[string]any{},
	})
	if err != nil {
		panic(err)
	}
	return string(body)
}

func TestListenerCounts(t *testing.T) {
	b := newBench(t)
	for i, sequence := range []int{1, 2, 5, 4} {
		id := fmt.Sprintf("a%d", i)
		require.Equal(t, 204, b.send("/a", id, event(id, "tracking.event", "r1", sequence)))
	}
	require.Equal(t, 204, b.send("/a", "a0", event("a0", "tracking.event", "r1", 1)), "what comes again is well taken")
	require.Equal(t, 204, b.send("/a", "b0", event("b0", "tracking.delivered", "r2", 1)))
	require.Equal(t, 204, b.send("/b", "c0", event("c0", "tracking.delivered", "r1", 1)), "an endpoint of its own")
	require.Equal(t, 204, b.send("/a", "t0", `{"id":"t0","type":"endpoint.test"}`), "a test has no sequence")

	want := listener.Snapshot{
		Received: 8, Verified: 8, Repeated: 1, Webhooks: 7,
		ByType:  map[string]int{"tracking.event": 4, "tracking.delivered": 2, "endpoint.test": 1},
		Streams: 3, Missing: 1, OutOfOrder: 1,
	}
	require.Equal(t, want, b.l.Snapshot())
	require.Equal(t, 204, b.send("/a", "a9", event("a9", "tracking.event", "r1", 3)))
	require.Zero(t, b.l.Snapshot().Missing, "late is not missing")

	require.Len(t, b.calls, 9)
	require.Equal(t, "/a", b.calls[0].Path)
	require.Equal(t, listener.Call{
		Path: "/a", ID: "a0", Again: true, Answered: 204, Type: "tracking.event", Sequence: 1, RegistrationID: "r1",
		Body: []byte(event("a0", "tracking.event", "r1", 1)),
	}, b.calls[4])
}

// What a body says is read in each dialect; one in no known form is taken too.
func TestListenerReadsTheDialects(t *testing.T) {
	for _, test := range []struct {
		body string
		want listener.Call
	}{
		{
			`{"id":"x","type":"tracking.event","sequence":7,"registration":{"id":"r"},"event":{"code":"c"},"shipment":{"tracking_number":"A2","status":"IN_TRANSIT"}}`,
			listener.Call{Type: "tracking.event", TrackingNumber: "A2", Status: "IN_TRANSIT", Sequence: 7, RegistrationID: "r"},
		},
		{
			`{"event":"track_updated","test":false,"data":{"tracking_number":"A2","tracking_status":{"status":"TRANSIT"}}}`,
			listener.Call{Type: "track_updated", TrackingNumber: "A2", Status: "TRANSIT"},
		},
		{`{"event":"track_updated","data":{"tracking_number":"A2"}}`, listener.Call{Type: "track_updated", TrackingNumber: "A2"}},
		{
			`{"resource_url":"u","resource_type":"API_TRACK","data":{"tracking_number":"A2","status_code":"IT"}}`,
			listener.Call{Type: "API_TRACK", TrackingNumber: "A2", Status: "IT"},
		},
		{`{"type":5,"sequence":"7","id":"y"}`, listener.Call{}},
		{`{}`, listener.Call{}},
		{`[1]`, listener.Call{}},
		{`no JSON`, listener.Call{}},
		{``, listener.Call{}},
	} {
		b := newBench(t)
		require.Equal(t, 204, b.send("/", "x", test.body), test.body)
		test.want.Path, test.want.ID, test.want.Body, test.want.Answered = "/", "x", []byte(test.body), 204
		require.Equal(t, []listener.Call{test.want}, b.calls)
	}
}

func TestListenerRefuses(t *testing.T) {
	b := newBench(t)
	right := b.secret
	b.secret = secretOf(t, 2)
	require.Equal(t, 401, b.send("/", "x", event("x", "tracking.event", "r", 1)), "a secret of somebody else")
	b.secret = right
	require.Equal(t, 400, b.send("/", "x", event("y", "tracking.event", "r", 1)), "two ids")
	require.Equal(t, 401, b.post(t, []byte("{}"), nil), "no signature")
	require.Equal(t, 401, b.post(t, []byte("changed"), b.signed(t, "x", time.Now(), []byte("as signed"))))
	require.Equal(t, 401, b.post(t, []byte("{}"), b.signed(t, "x", time.Now().Add(-time.Hour), []byte("{}"))), "old")
	require.Equal(t, 413, b.post(t, make([]byte, 2<<20), nil), "far too large")
	res, err := http.Get(b.server.URL)
	require.NoError(t, err)
	require.NoError(t, res.Body.Close())
	require.Equal(t, 405, res.StatusCode)
	http.DefaultClient.CloseIdleConnections()

	require.Equal(t, listener.Snapshot{Received: 5, Refused: 5}, b.l.Snapshot())
	for _, c := range b.calls {
		require.Error(t, c.Err)
	}
	require.Equal(t, 204, b.send("/", "x", event("x", "tracking.event", "r", 1)), "what was refused was not seen")
	require.Zero(t, b.l.Snapshot().Repeated)
}

// signed gives the headers of a webhook sent at a time.
func (b *bench) signed(t *testing.T, id string, at time.Time, body []byte) http.Header {
	signer, err := webhook.NewSigner([]string{b.secret})
	require.NoError(t, err)
	signature, err := signer.Sign(id, at, body)
	require.NoError(t, err)
	h := http.Header{}
	h.Set(webhook.HeaderID, id)
	h.Set(webhook.HeaderTimestamp, fmt.Sprint(at.Unix()))
	h.Set(webhook.HeaderSignature, signature)
	return h
}

func (b *bench) post(t *testing.T, body []byte, headers http.Header) int {
	return b.answer(t, body, headers).StatusCode
}

// answer posts a call of any form and returns its answer without the body.
func (b *bench) answer(t *testing.T, body []byte, headers http.Header) *http.Response {
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, b.server.URL, bytes.NewReader(body))
	require.NoError(t, err)
	req.Header = headers
	res, err := b.server.Client().Do(req)
	require.NoError(t, err)
	_, _ = io.Copy(io.Discard, res.Body)
	require.NoError(t, res.Body.Close())
	return res
}

func TestNewRefusesSecrets(t *testing.T) {
	_, err := listener.New(listener.Options{})
	require.Error(t, err)
	_, err = listener.New(listener.Options{Secrets: []string{"whsec_"}})
	require.Error(t, err)
	_, err = listener.New(listener.Options{Secrets: []string{"whsec_topsecret!"}})
	require.Error(t, err)
	require.NotContains(t, err.Error(), "topsecret")
}

package inbound_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/connectors/carriers"
	"waybill/connectors/inbound"
	"waybill/connectors/inbound/proof"
	"waybill/connectors/publish"
	"waybill/internal/accounts"
	"waybill/internal/deadletters"
	"waybill/internal/embedded/embeddedtest"
	"waybill/internal/roles/rolestest"
	"waybill/internal/topiclog"
	"waybill/schemas"
)

func TestMain(m *testing.M) { embeddedtest.Main(m) }

// file has two accounts at Shippo, of two tenants, one at a carrier without a
// scheme of its own, and one that is only polled.
const file = `accounts:
  - {name: shop, tenant: acme, source: shippo, inbound: {secrets: [{env: ACME_OLD}, {env: ACME_NEW}]}}
  - {name: shop, tenant: other, source: goshippo, inbound: {secrets: [{file: OTHER}]}}
  - {name: spare, tenant: acme, source: shippo, inbound: {scheme: query, secrets: [{env: ACME_TOKEN}]}}
  - {name: mail, tenant: acme, source: royal-mail, inbound: {scheme: bearer, secrets: [{env: ACME_TOKEN}]}}
  - {name: polled, tenant: acme, source: ups}
`

type fixture struct {
	*rolestest.Deployment

	handler  http.Handler
	path     string // of the file of accounts
	other    string // the file of another tenant's secret
	log      *rolestest.Log
	registry *prometheus.Registry
}

func newFixture(t *testing.T, change ...func(*inbound.Config)) *fixture {
	t.Helper()
	f := &fixture{Deployment: rolestest.New(t), log: new(rolestest.Log), registry: prometheus.NewRegistry()}
	t.Setenv("ACME_OLD", "acme-old-secret")
	t.Setenv("ACME_NEW", "acme-new-secret")
	t.Setenv("ACME_TOKEN", "acme-token")
	dir := t.TempDir()
	f.path, f.other = filepath.Join(dir, "accounts.yaml"), filepath.Join(dir, "other")
	require.NoError(t, os.WriteFile(f.path, []byte(strings.ReplaceAll(file, "OTHER", f.other)), 0o600))
	require.NoError(t, os.WriteFile(f.other, []byte("other-secret"), 0o600))
	logger := slog.New(slog.NewTextHandler(f.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	live, err := accounts.Open(f.path, logger)
	require.NoError(t, err)
	table, err := carriers.Load("")
	require.NoError(t, err)
	client, err := kgo.NewClient(append(f.Kafka(), kgo.ProducerBatchMaxBytes(schemas.MaxDeadLetterBytes+16<<10))...)
	require.NoError(t, err)
	t.Cleanup(client.Close)
	c := inbound.Config{
		Accounts: live, Logger: logger, Registerer: f.registry,
		Publisher: &publish.Publisher{Kafka: client, Prefix: f.Settings.Kafka.Prefix, Codecs: f.Codecs, Carriers: table},
	}
	for _, do := range change {
		do(&c)
	}
	f.handler, err = inbound.New(c)
	require.NoError(t, err)
	return f
}

// payload is a webhook of Shippo with so many scans.
func payload(number string, scans ...string) []byte {
	history := make([]map[string]any, len(scans))
	for i, at := range scans {
		history[i] = map[string]any{"status": "TRANSIT", "status_details": fmt.Sprint("scan ", i), "status_date": at}
	}
	text, err := json.Marshal(map[string]any{"event": "track_updated", "data": map[string]any{"carrier": "usps", "tracking_number": number, "tracking_history": history}})
	if err != nil {
		panic(err)
	}
	return text
}

// signed is a webhook that a sender with such a secret makes.
func signed(t testing.TB, target, secret string, body []byte) *http.Request {
	t.Helper()
	r := httptest.NewRequest(http.MethodPost, target, bytes.NewReader(body))
	p, err := proof.New(proof.Config{Scheme: proof.Shippo, Secrets: []string{secret}})
	require.NoError(t, err)
	require.NoError(t, p.Sign(&proof.Request{Method: http.MethodPost, Header: r.Header, Query: url.Values{}, Body: body, Time: time.Now()}))
	r.Header.Set("Content-Type", "application/json")
	return r
}

func (f *fixture) do(t testing.TB, r *http.Request) *httptest.ResponseRecorder {
	t.Helper()
	w := httptest.NewRecorder()
	f.handler.ServeHTTP(w, r)
	if w.Code >= http.StatusBadRequest {
		require.Equal(t, "application/problem+json", w.Header().Get("Content-Type"))
	}
	require.NotEmpty(t, w.Header().Get("X-Request-ID"))
	return w
}

// events are all carrier events that were published.
func (f *fixture) events(t testing.TB) []schemas.CarrierEvent {
	t.Helper()
	var events []schemas.CarrierEvent
	require.NoError(t, topiclog.Whole(t.Context(), f.Client, f.Settings.Kafka.Prefix+schemas.TopicCarrierEvents, nil, func(r *kgo.Record) error {
		e, err := f.Codecs.CarrierEvent.Decode(r.Value)
		require.NoError(t, err)
		events = append(events, *e)
		return nil
	}))
	return events
}

func (f *fixture) letters(t testing.TB) []deadletters.Letter {
	t.Helper()
	letters, err := deadletters.List(t.Context(), f.Client, f.Settings.Kafka.Prefix)
	require.NoError(t, err)
	return letters
}

// What is answered 200 is on the log.
func TestAccepted(t *testing.T) {
	began := time.Now().Truncate(time.Millisecond) // as records keep times
	f := newFixture(t)
	for i, try := range []struct{ target, secret string }{
		{"/in/shippo", "acme-old-secret"}, {"/in/shippo", "acme-new-secret"}, {"/in/shippo", "other-secret"},
		{"/in/Shippo/shop", "other-secret"}, {"/in/goshippo/shop", "acme-new-secret"},
	} {
		w := f.do(t, signed(t, try.target, try.secret, payload("9205590164917337534322", "2026-03-01T10:00:00Z", "2026-03-01T11:00:00Z")))
		require.Equal(t, http.StatusOK, w.Code, try)
		require.JSONEq(t, `{"events":2,"failures":0}`, w.Body.String())
		require.Len(t, f.events(t), 2*(i+1))
	}
	e := f.events(t)[0]
	require.Equal(t, "usps", e.Carrier)
	require.Equal(t, "shippo-push", e.Source)
	require.Equal(t, schemas.SourceProviderPush, e.SourceKind)
	require.WithinRange(t, *e.ReceivedAt, began, time.Now())
	require.Contains(t, f.log.String(), "outcome=accepted")
	require.Contains(t, f.log.String(), "account=other/shop")

	token := httptest.NewRequest(http.MethodPost, "/in/shippo/spare?token=acme-token", bytes.NewReader(payload("9205590164917337534322", "2026-03-01T10:00:00Z")))
	require.Equal(t, http.StatusOK, f.do(t, token).Code)
	for _, secret := range []string{"acme-token", "acme-new-secret", "v1="} {
		require.NotContains(t, f.log.String(), secret, "the log has no secret and no signature")
	}
}

// What a stranger sends gets one answer, whatever it is, and leaves nothing.
func TestRefused(t *testing.T) {
	f := newFixture(t)
	body := payload("9205590164917337534322", "2026-03-01T10:00:00Z")
	forged := map[string]*http.Request{
		"no signature":       httptest.NewRequest(http.MethodPost, "/in/shippo", bytes.NewReader(body)),
		"wrong secret":       signed(t, "/in/shippo", "guess", body),
		"the other account":  signed(t, "/in/shippo/spare", "acme-new-secret", body),
		"another scheme":     httptest.NewRequest(http.MethodPost, "/in/royal-mail?token=acme-token", bytes.NewReader(body)),
		"not even JSON":      signed(t, "/in/shippo", "guess", []byte("\xff{")),
		"an empty body":      httptest.NewRequest(http.MethodPost, "/in/shippo", nil),
		"the token's prefix": httptest.NewRequest(http.MethodPost, "/in/shippo/spare?token=acme-toke", bytes.NewReader(body)),
	}
	changed := signed(t, "/in/shippo", "acme-new-secret", body)
	changed.Body = io.NopCloser(bytes.NewReader(bytes.Replace(body, []byte("usps"), []byte("dhl_"), 1)))
	forged["a changed body"] = changed
	for name, r := range forged {
		w := f.do(t, r)
		require.Equal(t, http.StatusUnauthorized, w.Code, name)
		require.Contains(t, w.Body.String(), `"detail":"nothing proves who has sent it"`, name)
		require.NotEmpty(t, w.Header().Get("WWW-Authenticate"))
	}
	for _, target := range []string{"/in/", "/in/nobody", "/in/ups", "/in/ups/polled", "/in/shippo/none", "/in/shippo/shop/more"} {
		w := f.do(t, signed(t, target, "acme-new-secret", body))
		require.Equal(t, http.StatusNotFound, w.Code, target)
		require.Contains(t, w.Body.String(), "there is nothing here", "strangers are not told what there is")
	}
	for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodPut} {
		w := f.do(t, httptest.NewRequest(method, "/in/shippo", nil))
		require.Equal(t, http.StatusMethodNotAllowed, w.Code)
		require.Equal(t, http.MethodPost, w.Header().Get("Allow"))
	}
	require.Empty(t, f.events(t))
	require.Empty(t, f.letters(t))
	require.NoError(t, testutil.GatherAndCompare(f.registry, strings.NewReader(`# HELP waybill_inbound_refusals_total Webhooks that nothing proved the sender of, by reason.
# TYPE waybill_inbound_refusals_total counter
waybill_inbound_refusals_total{reason="malformed"} 0
waybill_inbound_refusals_total{reason="mismatch"} 4
waybill_inbound_refusals_total{reason="missing"} 4
waybill_inbound_refusals_total{reason="stale"} 0
waybill_inbound_refusals_total{reason="unknown_key"} 0
`), "waybill_inbound_refusals_total"))
}

// What cannot be read is a dead letter, whole; of what can be read in part, the
// rest goes on.
func TestUnreadable(t *testing.T) {
	began := time.Now().Truncate(time.Millisecond) // as records keep times
	f := newFixture(t)
	for i, body := range [][]byte{
		[]byte("\x00\x01 no JSON"), []byte(`{"about":"something else"}`), append([]byte(`{"x":"`), bytes.Repeat([]byte("a"), inbound.MaxBodyBytes-10)...),
	} {
		w := f.do(t, signed(t, "/in/shippo/shop", "acme-new-secret", body))
		require.Equal(t, http.StatusBadRequest, w.Code)
		letters := f.letters(t)
		require.Len(t, letters, i+1)
		letter := letters[i]
		require.True(t, bytes.Equal(body, letter.Value))
		require.Contains(t, letter.Cause, "reading a payload of shippo")
		require.Equal(t, "shippo", letter.Payload.Source)
		require.Equal(t, "push", letter.Payload.Way)
		require.Equal(t, "acme/shop", letter.Payload.Account)
		require.Equal(t, "application/json", letter.Payload.ContentType)
		require.WithinRange(t, letter.Payload.Received, began, time.Now())
	}
	require.Empty(t, f.events(t))

	mixed := payload("9205590164917337534322", "2026-03-01T10:00:00Z", "yesterday", "9999-01-01T00:00:00Z")
	w := f.do(t, signed(t, "/in/shippo", "acme-new-secret", mixed))
	require.Equal(t, http.StatusOK, w.Code)
	require.JSONEq(t, `{"events":1,"failures":2}`, w.Body.String())
	require.Len(t, f.events(t), 1)
	letter := f.letters(t)[3]
	require.Equal(t, mixed, letter.Value)
	require.Contains(t, letter.Cause, "reading 2 of its events: ")
	require.Contains(t, letter.Cause, "tracking_history[1]: ")
}

// A test of the platform, or news of something else, is taken and left.
func TestIgnored(t *testing.T) {
	f := newFixture(t)
	w := f.do(t, signed(t, "/in/shippo", "acme-new-secret", []byte(`{"event":"transaction_created","test":true,"data":{"object_id":"x"}}`)))
	require.Equal(t, http.StatusOK, w.Code, w.Body)
	require.Empty(t, f.events(t))
	require.Empty(t, f.letters(t))
	require.Contains(t, f.log.String(), "outcome=ignored")
}

func zipped(t *testing.T, data []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, err := z.Write(data)
	require.NoError(t, err)
	require.NoError(t, z.Close())
	return b.Bytes()
}

// Bodies are bounded, packed and unpacked, with or without a length before them.
func TestBodies(t *testing.T) {
	f := newFixture(t)
	large := make([]byte, inbound.MaxBodyBytes+1)
	body := payload("9205590164917337534322", "2026-03-01T10:00:00Z")
	packed := signed(t, "/in/shippo", "acme-new-secret", body)
	packed.Body = io.NopCloser(bytes.NewReader(zipped(t, body)))
	packed.Header.Set("Content-Encoding", "gzip")
	require.Equal(t, http.StatusOK, f.do(t, packed).Code, "the payload is signed, not how it is packed")

	for name, try := range map[string]struct {
		body     io.Reader
		encoding string
		status   int
	}{
		"too long":                  {bytes.NewReader(large), "", http.StatusRequestEntityTooLarge},
		"too long, unannounced":     {iotest.DataErrReader(bytes.NewReader(large)), "", http.StatusRequestEntityTooLarge},
		"a bomb":                    {bytes.NewReader(zipped(t, make([]byte, 100<<20))), "gzip", http.StatusRequestEntityTooLarge},
		"no gzip":                   {bytes.NewReader(body), "gzip", http.StatusBadRequest},
		"gzip that is cut":          {bytes.NewReader(zipped(t, body)[:40]), "gzip", http.StatusBadRequest},
		"another coding":            {bytes.NewReader(body), "br", http.StatusUnsupportedMediaType},
		"broken off":                {io.MultiReader(bytes.NewReader(body), iotest.ErrReader(errors.New("gone"))), "", http.StatusBadRequest},
		"exactly as long as may be": {bytes.NewReader(large[1:]), "", http.StatusUnauthorized},
	} {
		r := httptest.NewRequest(http.MethodPost, "/in/shippo", try.body)
		if try.encoding != "" {
			r.Header.Set("Content-Encoding", try.encoding)
		}
		require.Equal(t, try.status, f.do(t, r).Code, name)
	}
	require.Len(t, f.events(t), 1)
}

// Too much at a time is turned away before it is read, and room that was taken is
// given back.
func TestBackpressure(t *testing.T) {
	f := newFixture(t, func(c *inbound.Config) { c.MaxInHand, c.MaxBytes = 1, 32<<10 })
	body := payload("9205590164917337534322", "2026-03-01T10:00:00Z")
	reader, writer := io.Pipe()
	slow := signed(t, "/in/shippo", "acme-new-secret", body)
	slow.Body, slow.ContentLength = reader, -1
	first := make(chan int)
	go func() {
		w := httptest.NewRecorder()
		f.handler.ServeHTTP(w, slow)
		first <- w.Code
	}()
	_, err := writer.Write(body[:10])
	require.NoError(t, err)
	w := f.do(t, signed(t, "/in/shippo", "acme-new-secret", body))
	require.Equal(t, http.StatusTooManyRequests, w.Code)
	require.Equal(t, "1", w.Header().Get("Retry-After"))
	_, err = writer.Write(body[10:])
	require.NoError(t, err)
	require.NoError(t, writer.Close())
	require.Equal(t, http.StatusOK, <-first)

	large := signed(t, "/in/shippo", "acme-new-secret", make([]byte, 40<<10))
	require.Equal(t, http.StatusTooManyRequests, f.do(t, large).Code, "more than there is memory for")
	for range 3 {
		require.Equal(t, http.StatusOK, f.do(t, signed(t, "/in/shippo", "acme-new-secret", body)).Code)
	}
}

// Nothing is taken that Kafka has not acknowledged.
func TestKafkaAway(t *testing.T) {
	f := newFixture(t, func(c *inbound.Config) {
		nobody, err := kgo.NewClient(kgo.SeedBrokers("127.0.0.1:1"))
		require.NoError(t, err)
		t.Cleanup(nobody.Close)
		c.Publisher.Kafka = nobody
	})
	w := f.do(t, signed(t, "/in/shippo", "acme-new-secret", payload("9205590164917337534322", "2026-03-01T10:00:00Z")))
	require.Equal(t, http.StatusServiceUnavailable, w.Code)
	require.Equal(t, "5", w.Header().Get("Retry-After"))
	w = f.do(t, signed(t, "/in/shippo", "acme-new-secret", []byte("no JSON")))
	require.Equal(t, http.StatusServiceUnavailable, w.Code, "what cannot be kept is not refused for good")
}

// A secret is replaced without a restart; one that is gone for a moment does not
// turn webhooks away.
func TestRotation(t *testing.T) {
	f := newFixture(t)
	body := payload("9205590164917337534322", "2026-03-01T10:00:00Z")
	code := func(secret string) int { return f.do(t, signed(t, "/in/shippo", secret, body)).Code }
	require.Equal(t, http.StatusOK, code("other-secret"))
	require.NoError(t, os.Remove(f.other))
	require.Eventually(t, func() bool {
		require.Equal(t, http.StatusOK, code("other-secret"))
		return strings.Contains(f.log.String(), "the accounts' webhooks are taken as before")
	}, time.Minute, 50*time.Millisecond)
	require.NoError(t, os.WriteFile(f.other, []byte("another secret"), 0o600))
	require.Eventually(t, func() bool { return code("another secret") == http.StatusOK }, time.Minute, 50*time.Millisecond)
	require.Equal(t, http.StatusUnauthorized, code("other-secret"))
}

// What is wrong with an account is said at the start.
func TestNewSaysWhatIsWrong(t *testing.T) {
	t.Setenv("SECRET", "s")
	for entry, want := range map[string]string{
		"source: shipo, inbound: {secrets: [{env: SECRET}]}":                 `account a of tenant t: there is no source "shipo"`,
		"source: ups, inbound: {secrets: [{env: SECRET}]}":                   "the source ups has no scheme of its own: choose one",
		"source: shippo, inbound: {secrets: [{env: NO_SUCH_SECRET}]}":        "env NO_SUCH_SECRET is empty",
		"source: shippo, inbound: {}":                                        "setting up the scheme shippo: it needs at least one secret",
		"source: shippo, inbound: {scheme: none}":                            `there is no scheme "none"`,
		"source: shipengine, inbound: {key_set: 'http://keys.example/'}":     "it must begin with https://",
		"source: shippo, inbound: {key_set: keys, secrets: [{env: SECRET}]}": "it takes no key_set",
	} {
		path := filepath.Join(t.TempDir(), "accounts.yaml")
		require.NoError(t, os.WriteFile(path, []byte("accounts: [{name: a, tenant: t, "+entry+"}]"), 0o600))
		live, err := accounts.Open(path, slog.New(slog.DiscardHandler))
		require.NoError(t, err)
		_, err = inbound.New(inbound.Config{Accounts: live, Publisher: &publish.Publisher{}, Logger: slog.New(slog.DiscardHandler), Registerer: prometheus.NewRegistry()})
		require.ErrorContains(t, err, want)
	}
	_, err := inbound.New(inbound.Config{})
	require.ErrorContains(t, err, "the accounts and the publisher are required")
}

func TestMetricsAreDocumented(t *testing.T) {
	f := newFixture(t)
	page, err := os.ReadFile("../../docs/metrics.md")
	require.NoError(t, err)
	families, err := f.registry.Gather()
	require.NoError(t, err)
	for _, family := range families {
		require.True(t, bytes.Contains(page, []byte("| `"+family.GetName()+"` |")), family.GetName())
	}
}

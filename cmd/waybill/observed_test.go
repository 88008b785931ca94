package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/sr/srfake"
)

// What must not be seen: secrets, bodies and people, wherever they can come in.
const (
	secretOfWebhooks = "inbound-secret-0123456789abcdef0"
	secretOfPolls    = "poll-key-0123456789abcdef"
	secretHeader     = "header-value-0123456789"
	secretInURL      = "token-in-the-address"
	wrongKey         = "wbk_wrongwrongwrongwrongwrongwrongwrongwrong"
	personInMetadata = "Metadata Person"
	personWhoSigned  = "Signing Person"
	wordsOfCarrier   = "Handed to the neighbour at 7 Hidden Street"
	unreadableRecord = "Unreadable Person"
	unreadablePush   = "Pushed Person"
	unreadableAsked  = "Asking Person"
)

// A process that meets all of that, of all roles and at debug level, tells of
// none of it; and what it tells Prometheus is what docs/metrics.md lists.
func TestWhatIsObserved(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	carrier := httptest.NewServer(repeat(http.StatusUnauthorized))
	defer carrier.Close()
	receiver := httptest.NewServer(repeat(http.StatusInternalServerError))
	defer receiver.Close()
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		return path
	}
	schemaRegistry := srfake.New()
	defer schemaRegistry.Close()
	quotas := file("quotas.yaml", "default: 1000\n")
	key, secret := file("key", secretOfPolls), file("secret", secretOfWebhooks)
	accounts := file("accounts.yaml", fmt.Sprintf(`accounts:
  - {name: shop, tenant: default, source: shippo, inbound: {secrets: [{file: %q}]}}
  - {name: main, tenant: default, source: royal-mail, polling: {url: %q, key: {file: %q}, password: {file: %q}}}
`, secret, carrier.URL, key, key))
	up := startUp(t, t.TempDir(), "--accounts", accounts, "--quotas", quotas, "--registry-url", schemaRegistry.URL(), "--log-level", "debug", "--log-format", "json", "--poll-interval", "1m")
	hidden := meetSecrets(t, up, receiver.URL)
	for _, line := range []string{
		`"msg":"webhook attempt"[^\n]*"reason":"connect"`, `"msg":"webhook attempt"[^\n]*"reason":"status_5xx"`, `"msg":"asking about a parcel"`,
		`"msg":"batch settled"`, `"path":"/in/shippo/shop"`, `"status":401`,
	} {
		up.await(t, up.stderr, line)
	}
	require.Eventually(t, func() bool {
		return strings.Contains(up.scrape(t), `waybill_stream_dead_letters_total{job_name="tracking",reason="unreadable"} 2`)
	}, patienceOfTests, patienceOfTests/1000, "the records that cannot be read")
	requireMetricsPage(t, up)
	metrics := up.scrape(t)
	require.Zero(t, up.end(t, syscall.SIGTERM))
	log, _ := up.stderr.look()
	requireLogsPage(t, log)
	for _, secret := range hidden {
		require.NotContains(t, metrics, secret)
		for line := range strings.Lines(log) {
			require.NotContains(t, line, secret)
		}
	}
}

// meetSecrets brings what must not be seen to a process by every way in.
func meetSecrets(t *testing.T, up *running, receiver string) (hidden []string) {
	t.Helper()
	hidden = []string{
		secretOfWebhooks, secretOfPolls, secretHeader, secretInURL, wrongKey, personInMetadata, personWhoSigned, wordsOfCarrier,
		unreadableRecord, unreadablePush, unreadableAsked, up.APIKey,
	}
	for _, url := range []string{"http://127.0.0.1:1/" + secretInURL + "?key=" + secretInURL, receiver + "/" + secretInURL} {
		made := up.run(t, "endpoints", "add", url, "--skip-test", "--header", "Authorization=Bearer "+secretHeader)
		_, rest, found := strings.Cut(made, "whsec_")
		require.True(t, found, made)
		hidden = append(hidden, strings.Fields(rest)[0])
	}
	registration := `{"trackings": [{"carrier": "royal-mail", "tracking_number": "AB123456785GB", "metadata": "` + personInMetadata + `"}]}`
	require.Equal(t, http.StatusUnauthorized, up.post(t, "/v4/trackings", wrongKey, registration))
	require.Equal(t, http.StatusBadRequest, up.post(t, "/v4/trackings", up.APIKey, `{"trackings": "`+unreadableAsked+`"}`))
	require.Less(t, up.post(t, "/v4/trackings", up.APIKey, registration), 300)
	require.Equal(t, http.StatusUnauthorized, up.post(t, "/in/shippo/shop", secretOfWebhooks[1:], `{"data": "`+unreadablePush+`"}`))
	up.produce(t, "carrier-events", "royal-mail:AB123456785GB", `{"carrier":"royal-mail","tracking_number":"AB123456785GB","code":"transit.picked_up","raw_code":"EVPPA",
		"occurred_at":"`+time.Now().UTC().Format(time.RFC3339)+`","signed_by":"`+personWhoSigned+`","description":"`+wordsOfCarrier+`"}`)
	up.produce(t, "registrations", "royal-mail:AB123456785GB", `{"tenant":"default","carrier":"royal-mail","metadata":"`+unreadableRecord+`", `)
	up.produce(t, "registrations", "royal-mail:AB123456785GB", `{"tenant":"default","carrier":"royal-mail","tracking_number":{"a":"`+unreadableRecord+`"}}`)
	return hidden
}

// repeat answers with a status and all that was sent, as some receivers do.
func repeat(status int) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(status)
		_ = r.Write(w)
	}
}

// post sends JSON to the API and returns the status.
func (r *running) post(t *testing.T, path, key, body string) int {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+r.API+path, strings.NewReader(body))
	require.NoError(t, err)
	request.Header.Set("Authorization", "Bearer "+key)
	request.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	_, err = io.Copy(io.Discard, answer.Body)
	require.NoError(t, err)
	require.NoError(t, answer.Body.Close())
	return answer.StatusCode
}

// produce sends a record as any producer could.
func (r *running) produce(t *testing.T, topic, key, value string) {
	t.Helper()
	client, err := kgo.NewClient(kgo.SeedBrokers(r.Kafka...))
	require.NoError(t, err)
	defer client.Close()
	require.NoError(t, client.ProduceSync(context.Background(), &kgo.Record{Topic: topic, Key: []byte(key), Value: []byte(value)}).FirstErr())
}

package api_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	ch "github.com/ClickHouse/clickhouse-go/v2"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"

	"waybill/analytics"
	"waybill/connectors/api"
	"waybill/connectors/publish"
	"waybill/internal/apikeys"
	"waybill/internal/audit"
	"waybill/internal/auditlog"
	"waybill/internal/embedded/embeddedtest"
	"waybill/internal/endpointclient"
	"waybill/internal/knowledge"
	"waybill/internal/overview"
	"waybill/internal/redelivery"
	"waybill/internal/roles"
	"waybill/internal/roles/rolestest"
	"waybill/internal/shipmentlog"
	"waybill/internal/webhooklog"
	"waybill/pipeline/tracking"
	"waybill/schemas"
)

func TestMain(m *testing.M) { embeddedtest.Main(m) }

// server is an API that serves, on a Kafka of the test's own.
type server struct {
	*rolestest.Deployment

	URL      string
	Log      *rolestest.Log
	Registry *prometheus.Registry
	Live     *endpointclient.Live
	document *apiDocument
	stop     func()
}

// keys are those of the tests: tenants shop and other.
type keys struct {
	file                      string
	shop, other               string // of scope admin
	reads, registers, manages string // of shop, each of one scope
}

func makeKeys(t testing.TB) *keys {
	t.Helper()
	k := &keys{file: filepath.Join(t.TempDir(), "keys.yaml")}
	var file strings.Builder
	add := func(tenant, scope string) string {
		key, text, err := apikeys.New(tenant, []string{scope})
		require.NoError(t, err)
		entry, err := key.Entry()
		require.NoError(t, err)
		file.WriteString(strings.TrimPrefix(string(entry), "keys:\n"))
		return text
	}
	file.WriteString("keys:\n")
	k.shop, k.other = add("shop", apikeys.ScopeAdmin), add("other", apikeys.ScopeAdmin)
	k.reads, k.registers, k.manages = add("shop", apikeys.ScopeRead), add("shop", apikeys.ScopeRegister), add("shop", apikeys.ScopeEndpoints)
	require.NoError(t, os.WriteFile(k.file, []byte(file.String()), 0o600))
	return k
}

// serve serves an API over a deployment. The test may change its settings.
func serve(t testing.TB, d *rolestest.Deployment, k *keys, change ...func(*api.Config)) *server {
	t.Helper()
	s := &server{Deployment: d, Log: new(rolestest.Log), Registry: prometheus.NewRegistry(), document: readDocument(t)}
	logger := slog.New(slog.NewTextHandler(s.Log, nil))
	known, err := apikeys.Open(k.file, logger)
	require.NoError(t, err)
	s.Live = endpointclient.NewLive(d.Endpoints(t), logger)
	options := roles.ClickHouseOptions(d.Settings) // nobody listens there, unless the test has set it
	conn, err := ch.Open(&options)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, conn.Close()) })
	entries := &audit.Log{Kafka: d.Client, Prefix: d.Settings.Kafka.Prefix, Codec: d.Codecs.AuditEntry, Logger: logger}
	c := api.Config{
		Keys: known, Audit: entries, Trail: auditlog.New(conn), Endpoints: s.Live, Log: webhooklog.New(conn), Parcels: shipmentlog.New(conn), Reports: analytics.NewBounded(conn), Rate: 10_000, WrongKeys: 10_000, CommandWait: time.Minute, Operators: []string{"shop"}, Logger: logger, Registerer: s.Registry,
	}
	knows, err := knowledge.Load(d.Settings.Knowledge)
	require.NoError(t, err)
	c.Publisher = &publish.Publisher{Kafka: d.Client, Prefix: d.Settings.Kafka.Prefix, Codecs: d.Codecs, Carriers: knows.Carriers}
	c.Carriers, c.Model, c.Maps, c.Check = knows.Carriers, knows.Model, knows.Maps, tracking.NewCheck(knows.Model, knows.Carriers)
	c.Overview = overview.New(overview.Config{
		Kafka: d.Client, Prefix: d.Settings.Kafka.Prefix, ClickHouse: conn, Gatherer: s.Registry, Instance: "test",
		Jobs: []overview.Job{{Name: roles.Tracking, Topics: []string{schemas.TopicRegistrations, schemas.TopicCarrierEvents, schemas.TopicRerouted}}},
	})
	c.Redelivery = &redelivery.Client{Log: c.Log, Kafka: d.Client, Prefix: d.Settings.Kafka.Prefix, Codecs: d.Codecs}
	for _, f := range change {
		f(&c)
	}
	a, err := api.New(c)
	require.NoError(t, err)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	s.URL = "http://" + listener.Addr().String()
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	reading, forget := context.WithCancel(context.WithoutCancel(t.Context()))
	var serving, running sync.WaitGroup
	serving.Go(func() { require.NoError(t, a.Serve(ctx, listener)) })
	running.Go(func() { require.NoError(t, s.Live.Run(reading)) })
	s.stop = func() {
		http.DefaultClient.CloseIdleConnections()
		cancel()
		serving.Wait()
		forget()
		running.Wait()
	}
	t.Cleanup(s.stop)
	require.Eventually(t, func() bool { return s.Live.Ready() == nil }, 5*time.Minute, 5*time.Millisecond)
	return s
}

// reply is an answer, read.
type reply struct {
	Status int
	Header http.Header
	Body   []byte
}

// do makes a request and holds its answer against the document. A body that is
// not text is sent as JSON; headers are names and values in turn.
func (s *server) do(t testing.TB, key, method, path string, body any, headers ...string) *reply {
	t.Helper()
	r, err := send(s.request(t, key, method, path, body, headers...))
	require.NoError(t, err)
	require.NotEmpty(t, r.Header.Get("X-Request-ID"))
	if method != http.MethodHead {
		s.document.requireAnswer(t, method, path, r)
	}
	return r
}

func (s *server) request(t testing.TB, key, method, path string, body any, headers ...string) *http.Request {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, s.URL+path, strings.NewReader(asText(t, body)))
	require.NoError(t, err)
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	if key != "" {
		request.Header.Set("Authorization", "Bearer "+key)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	return request
}

func send(request *http.Request) (*reply, error) {
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, err
	}
	text, err := io.ReadAll(answer.Body)
	return &reply{answer.StatusCode, answer.Header, text}, errors.Join(err, answer.Body.Close())
}

func asText(t testing.TB, body any) string {
	t.Helper()
	if text, is := body.(string); is || body == nil {
		return text
	}
	text, err := json.Marshal(body)
	require.NoError(t, err)
	return string(text)
}

// get decodes the answer to a request that must have a status.
func (s *server) get(t testing.TB, status int, key, method, path string, body any, headers ...string) map[string]any {
	t.Helper()
	r := s.do(t, key, method, path, body, headers...)
	require.Equal(t, status, r.Status, "%s %s: %s", method, path, r.Body)
	return r.decoded(t)
}

func (r *reply) decoded(t testing.TB) map[string]any {
	t.Helper()
	if len(r.Body) == 0 {
		return nil
	}
	var v map[string]any
	require.NoError(t, json.Unmarshal(r.Body, &v))
	return v
}

// refused makes a request that must be refused with a status and a detail, and
// returns the field that is blamed.
func (s *server) refused(t testing.TB, status int, detail, key, method, path string, body any, headers ...string) any {
	t.Helper()
	problem := s.get(t, status, key, method, path, body, headers...)
	require.EqualValues(t, status, problem["status"])
	require.Contains(t, problem["detail"], detail)
	return problem["field"]
}

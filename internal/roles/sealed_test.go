package roles_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/base64"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/internal/roles"
	"waybill/internal/roles/rolestest"
	"waybill/internal/topiclog"
	"waybill/internal/vault"
	"waybill/schemas"
)

// scene is a deployment with a receiver that repeats what it was sent, its log,
// and an endpoint that has a secret header.
type scene struct {
	*rolestest.Deployment
	log      rolestest.Log
	received chan http.Header
	endpoint *schemas.EndpointCommand
	wanted   string // in the endpoint's URL, which is no secret
	registry *prometheus.Registry
}

const headerValue = "Bearer very-secret-token"

func newScene(t *testing.T) *scene {
	t.Helper()
	s := &scene{Deployment: rolestest.New(t), received: make(chan http.Header, 10), registry: prometheus.NewRegistry()}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_ = r.Header.Write(w)
		s.received <- r.Header
	}))
	t.Cleanup(server.Close)
	s.wanted = rand.Text() // random, so that compression leaves it in one piece
	s.endpoint = newEndpoint(server.URL + "/" + s.wanted)
	s.endpoint.Headers = map[string]string{"X-Key": headerValue}
	return s
}

// run runs roles that write to the scene's log, with the keys of a file.
func (s *scene) run(t *testing.T, keys string, names ...string) (stop func()) {
	t.Helper()
	o := s.Options()
	settings := *o.Settings
	settings.SecretKeys = keys
	o.Settings, o.Registerer = &settings, s.registry
	o.Logger = slog.New(slog.NewTextHandler(&s.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	return s.RunWith(t, o, names...)
}

func (s *scene) publish(t *testing.T) *schemas.WebhookJob {
	t.Helper()
	j := newJob("msg_sealed", []byte("{}"))
	value, err := s.Codecs.WebhookJob.Encode(j)
	require.NoError(t, err)
	s.Produce(t, schemas.TopicWebhookJobs, "ep/c:N", value)
	return j
}

// attempts returns the attempts so far.
func (s *scene) attempts(t *testing.T) (all []*schemas.WebhookAttempt) {
	t.Helper()
	err := topiclog.Whole(t.Context(), s.Client, s.Settings.Kafka.Prefix+schemas.TopicWebhookAttempts, nil, func(r *kgo.Record) error {
		a, err := s.Codecs.WebhookAttempt.Decode(r.Value)
		all = append(all, a)
		return err
	})
	require.NoError(t, err)
	return all
}

func (s *scene) delivered(t *testing.T) *schemas.WebhookAttempt {
	t.Helper()
	require.Eventually(t, func() bool { return len(s.attempts(t)) > 0 }, 5*time.Minute, 20*time.Millisecond)
	attempt := s.attempts(t)[0]
	require.Equal(t, schemas.OutcomeDelivered, attempt.Outcome, attempt.Reason)
	return attempt
}

// The receiver gets secret and header in the clear, and nobody else does: no
// topic, no state on disk and no log line has them (W10).
func TestSecretsLieSealed(t *testing.T) {
	s := newScene(t)
	stop := s.run(t, s.Settings.SecretKeys, roles.Endpoints, roles.Delivery)
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	_, err := s.Endpoints(t).Send(ctx, s.endpoint)
	require.NoError(t, err)
	s.publish(t)
	attempt := s.delivered(t)
	require.Equal(t, headerValue, (<-s.received).Get("X-Key"))
	require.Contains(t, attempt.Response, "X-Key: …")
	stop()

	secret, ok := strings.CutPrefix(s.endpoint.Secret, "whsec_")
	require.True(t, ok)
	raw, err := base64.StdEncoding.DecodeString(secret)
	require.NoError(t, err)
	never := map[string][]byte{"secret": []byte(secret), "key of the secret": raw, "header value": []byte("very-secret")}
	for place, text := range map[string]string{"topics": s.everyRecord(t), "state": everyFile(t, s.Settings.StateFolder()), "log": s.log.String()} {
		if place != "log" {
			require.Contains(t, text, s.wanted, "the search finds nothing in %s", place)
		}
		if place == "topics" {
			require.Contains(t, text, "sealed:key_")
		}
		require.NotEmpty(t, text)
		for what, bytes := range never {
			require.NotContains(t, text, string(bytes), "the %s lies in %s", what, place)
		}
	}
}

// everyRecord returns all keys, values and headers of all topics.
func (s *scene) everyRecord(t *testing.T) string {
	t.Helper()
	topics, err := kadm.NewClient(s.Client).ListTopics(t.Context())
	require.NoError(t, err)
	var all strings.Builder
	for _, name := range topics.Names() {
		if !strings.HasPrefix(name, s.Settings.Kafka.Prefix) {
			continue
		}
		require.NoError(t, topiclog.Whole(t.Context(), s.Client, name, nil, func(r *kgo.Record) error {
			all.Write(r.Key)
			all.Write(r.Value)
			for _, h := range r.Headers {
				all.WriteString(h.Key)
				all.Write(h.Value)
			}
			return nil
		}))
	}
	return all.String()
}

func everyFile(t *testing.T, dir string) string {
	t.Helper()
	var all bytes.Buffer
	require.NoError(t, filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		file, err := os.Open(path)
		if err != nil {
			return err
		}
		defer file.Close()
		_, err = io.Copy(&all, file)
		return err
	}))
	return all.String()
}

// Where the key of a secret is missing the webhook waits, loudly, and its
// receiver is not called; with the key it goes on, as the first attempt.
func TestWebhooksWaitForAKey(t *testing.T) {
	s := newScene(t)
	s.run(t, s.Settings.SecretKeys, roles.Endpoints)
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	_, err := s.Endpoints(t).Send(ctx, s.endpoint)
	require.NoError(t, err)

	others := filepath.Join(t.TempDir(), "others.key")
	require.NoError(t, vault.Make(others, rand.Reader))
	s.registry = prometheus.NewRegistry()
	stop := s.run(t, others, roles.Delivery)
	job := s.publish(t)
	const said = "webhooks wait: a secret of their endpoint cannot be opened"
	require.Eventually(t, func() bool { return strings.Contains(s.log.String(), said) }, 5*time.Minute, 10*time.Millisecond)
	require.Contains(t, s.log.String(), "the key is not among those given")
	require.Contains(t, s.log.String(), job.JobID)
	require.Positive(t, s.counter(t, "waybill_webhook_secrets_unreadable_total"))
	stop()
	require.Empty(t, s.attempts(t), "it was no attempt")
	require.Empty(t, s.received)

	s.registry = prometheus.NewRegistry()
	s.run(t, s.Settings.SecretKeys, roles.Delivery)
	require.Equal(t, 1, s.delivered(t).Attempt)
	require.Equal(t, headerValue, (<-s.received).Get("X-Key"))
}

func (s *scene) counter(t *testing.T, name string) float64 {
	t.Helper()
	families, err := s.registry.Gather()
	require.NoError(t, err)
	for _, family := range families {
		if family.GetName() == name {
			return family.GetMetric()[0].GetCounter().GetValue()
		}
	}
	t.Fatalf("there is no metric %s", name)
	return 0
}

// Delivery does not begin without keys, and the error says how to get some.
func TestDeliveryNeedsKeys(t *testing.T) {
	d := rolestest.New(t)
	d.Settings.SecretKeys = ""
	_, err := roles.New(d.Options(), roles.Endpoints, roles.Delivery)
	require.ErrorContains(t, err, "setting up delivery: ")
	require.ErrorContains(t, err, "--secret-keys FILE; `waybill secrets new-key` makes one")
	d.Run(t, roles.Endpoints)
}

// Calls cannot be made as the settings say.
func TestSettingsOfCallsAreChecked(t *testing.T) {
	for _, row := range []struct{ flag, value, says string }{
		{"--webhook-source", "192.0.2.77", "calls cannot leave from 192.0.2.77, it is no address of this machine"},
		{"--webhook-root-cas", filepath.Join(t.TempDir(), "none.pem"), "(--webhook-root-cas)"},
	} {
		_, err := roles.New(rolestest.New(t, row.flag, row.value).Options(), roles.Delivery)
		require.ErrorContains(t, err, row.says)
		require.ErrorContains(t, err, row.flag)
	}
}

package roles_test

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"os"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"

	"waybill/internal/embedded/embeddedtest"
	"waybill/internal/endpointclient"
	"waybill/internal/roles"
	"waybill/internal/roles/rolestest"
	"waybill/schemas"
)

// impatient is an endpoint that is tried again every second.
func impatient(url string) *schemas.EndpointCommand {
	command := newEndpoint(url)
	for range 30 {
		command.Schedule = append(command.Schedule, 1000)
	}
	return command
}

// about is a command about ep.
func about(kind string) *schemas.EndpointCommand { return endpointclient.NewCommand("t", kind, "ep") }

// awaitEvent waits for something to become of ep.
func awaitEvent(t *testing.T, d *rolestest.Deployment, kind string) *schemas.EndpointEvent {
	t.Helper()
	all := await(t, d, schemas.TopicEndpointEvents, d.Codecs.EndpointEvent, func(e *schemas.EndpointEvent) bool {
		return e.EndpointID == "ep" && e.Kind == kind
	})
	return all[len(all)-1]
}

// W8, from the first failure to the last webhook of the queue: the log, the
// gauge and the tenant's other endpoint tell of it, and nothing is lost.
func TestEndpointHealth(t *testing.T) {
	d := rolestest.New(t, "--webhook-suspend-after", "1s")
	options, registry, log := d.Options(), prometheus.NewRegistry(), &rolestest.Log{}
	options.Registerer, options.Logger = registry, slog.New(slog.NewTextHandler(log, nil))
	d.RunWith(t, options, roles.Endpoints, roles.Delivery)
	down, watcher := newReceiver(t, http.StatusServiceUnavailable), newReceiver(t, http.StatusNoContent)
	client := d.Endpoints(t)
	_, err := client.Send(t.Context(), impatient(down.URL))
	require.NoError(t, err)
	other := newEndpoint(watcher.URL)
	other.EndpointID, other.CommandID = "watcher", "watcher"
	other.Types = []string{schemas.TypeEndpointFailing, schemas.TypeEndpointSuspended, schemas.TypeEndpointResumed}
	_, err = client.Send(t.Context(), other)
	require.NoError(t, err)

	ids := map[string]bool{}
	for i := range 4 {
		ids[hand(t, d, i, 0)] = true
	}
	failing := awaitEvent(t, d, schemas.EndpointEventFailing)
	require.Contains(t, failing.Reason, "the last one: status 503")
	require.Equal(t, schemas.EndpointSuspended, awaitEvent(t, d, schemas.EndpointEventSuspended).State)
	require.Eventually(t, func() bool { return endpointsIn(t, registry, schemas.EndpointSuspended) == 1 }, 5*time.Minute, 5*time.Millisecond)
	require.Contains(t, log.String(), `level=WARN msg="endpoint failing" app=endpoints endpoint_id=ep tenant=t`)
	require.Contains(t, log.String(), `level=WARN msg="endpoint suspended"`)
	page, err := os.ReadFile("../../docs/metrics.md")
	require.NoError(t, err)
	require.Contains(t, string(page), "| `waybill_endpoints` |")

	down.status.Store(http.StatusOK)
	awaitEvent(t, d, schemas.EndpointEventResumed)
	require.Eventually(t, func() bool { return endpointsIn(t, registry, schemas.EndpointEnabled) == 2 }, 5*time.Minute, 5*time.Millisecond)
	for id := range ids {
		down.await(t, func(c receipt) bool { return c.id() == id })
	}
	for _, kind := range other.Types {
		watcher.await(t, func(c receipt) bool {
			var notice struct {
				Type     string
				Endpoint struct{ ID string }
			}
			return json.Unmarshal(c.body, &notice) == nil && notice.Type == kind && notice.Endpoint.ID == "ep"
		})
	}
}

// W10: while webhooks flow, a receiver that knows the old secret takes each of
// them until the overlap is over, and one that knows the new secret each from
// the rotation on.
func TestRotationWhileWebhooksFlow(t *testing.T) {
	d := rolestest.New(t)
	d.Run(t, roles.Endpoints, roles.Delivery)
	r, client := newReceiver(t, http.StatusOK), d.Endpoints(t)
	created := newEndpoint(r.URL)
	_, err := client.Send(t.Context(), created)
	require.NoError(t, err)
	sent := 0
	rotate := func(overlap int64) string {
		command := about(schemas.CommandRotate)
		command.Secret, err = endpointclient.NewSecret()
		require.NoError(t, err)
		command.Overlap = overlap
		_, err = client.Send(t.Context(), command)
		require.NoError(t, err)
		return command.Secret
	}
	// flow sends webhooks until one of them is as it is wanted.
	flow := func(wanted func(receipt) bool) {
		require.Eventually(t, func() bool {
			sent++
			id := hand(t, d, sent, 0)
			ok := false
			r.await(t, func(c receipt) bool { ok = c.id() == id && wanted(c); return c.id() == id })
			return ok
		}, 5*time.Minute, time.Millisecond)
	}
	flow(func(c receipt) bool { return c.signedWith(t, created.Secret) })
	second := rotate(-1)
	flow(func(c receipt) bool { return c.signedWith(t, second) })
	for _, c := range r.all() {
		require.True(t, c.signedWith(t, created.Secret), "the old secret signs all of them")
	}
	third := rotate(0)
	flow(func(c receipt) bool { return c.signedWith(t, third) })
	last := r.all()[len(r.all())-1]
	require.False(t, last.signedWith(t, created.Secret))
	require.False(t, last.signedWith(t, second))
}

// W5, W9: webhooks of an endpoint that answered 410 are kept, and go out when it
// is enabled again; when it is deleted, those that are open end with a row.
func TestFateOfOpenWebhooks(t *testing.T) {
	if os.Getenv(embeddedtest.KafkaEnv) != "" {
		t.Skip("a broker's own clock would have this wait for the ten minutes in which a deleted endpoint may yet appear")
	}
	d := rolestest.New(t)
	d.Run(t, roles.Endpoints, roles.Delivery)
	r, client := newReceiver(t, http.StatusGone), d.Endpoints(t)
	_, err := client.Send(t.Context(), impatient(r.URL))
	require.NoError(t, err)
	first := hand(t, d, 1, 0)
	disabled := awaitEvent(t, d, schemas.EndpointEventDisabled)
	require.Empty(t, disabled.CommandID)
	require.Contains(t, disabled.Reason, "410")

	r.status.Store(http.StatusOK)
	_, err = client.Send(t.Context(), about(schemas.CommandEnable))
	require.NoError(t, err)
	r.await(t, func(c receipt) bool { return c.id() == first })

	_, err = client.Send(t.Context(), about(schemas.CommandDisable))
	require.NoError(t, err)
	r.status.Store(http.StatusServiceUnavailable) // delivery may hear of the command after the webhook
	open := hand(t, d, 2, 11*time.Minute)
	_, err = client.Send(t.Context(), about(schemas.CommandDelete))
	require.NoError(t, err)
	rows := await(t, d, schemas.TopicWebhookAttempts, d.Codecs.WebhookAttempt, func(a *schemas.WebhookAttempt) bool {
		return a.JobID == open && a.Outcome != schemas.OutcomeFailed
	})
	require.Equal(t, schemas.OutcomeCancelled, rows[len(rows)-1].Outcome)
}

// endpointsIn reads the gauge of endpoints in a state.
func endpointsIn(t *testing.T, registry *prometheus.Registry, state string) float64 {
	t.Helper()
	families, err := registry.Gather()
	require.NoError(t, err)
	for _, f := range families {
		for _, m := range f.GetMetric() {
			if f.GetName() == "waybill_endpoints" && m.GetLabel()[0].GetValue() == state {
				return m.GetGauge().GetValue()
			}
		}
	}
	require.Fail(t, "there is no gauge of endpoints that are "+state)
	return 0
}

package endpointclient_test

import (
	"context"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kadm"

	"waybill/internal/endpointclient"
	"waybill/internal/roles"
	"waybill/internal/roles/rolestest"
	"waybill/schemas"
)

// live runs a live client until the test ends.
func live(t *testing.T, d *rolestest.Deployment) *endpointclient.Live {
	t.Helper()
	l := endpointclient.NewLive(d.Endpoints(t), slog.New(slog.DiscardHandler))
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	var running sync.WaitGroup
	running.Go(func() { require.NoError(t, l.Run(ctx)) })
	t.Cleanup(func() { cancel(); running.Wait() })
	return l
}

func ready(t *testing.T, l *endpointclient.Live) {
	t.Helper()
	require.Eventually(t, func() bool { return l.Ready() == nil }, 5*time.Minute, 5*time.Millisecond)
}

// What a command did is known when it was answered, also to a client that
// begins later; tenants see their own.
func TestLive(t *testing.T) {
	d := rolestest.New(t)
	l := endpointclient.NewLive(d.Endpoints(t), slog.New(slog.DiscardHandler))
	_, err := l.OfTenant("shop")
	require.ErrorContains(t, err, "they have not been read yet")
	require.ErrorContains(t, l.Ready(), "they have not been read yet")

	l = live(t, d)
	ready(t, l)
	d.Run(t, roles.Endpoints)
	ctx, made := soon(t), create("shop", "http://127.0.0.1:1/")
	e, err := l.Send(ctx, made)
	require.NoError(t, err)
	found, err := l.Find("shop", made.EndpointID)
	require.NoError(t, err)
	require.Equal(t, e, found)
	found, err = l.Find("other", made.EndpointID)
	require.NoError(t, err)
	require.Nil(t, found)

	// The same command twice at once, and again later, is one answer to all.
	second := create("shop", "http://127.0.0.1:2/")
	var both sync.WaitGroup
	for range 2 {
		both.Go(func() {
			got, err := l.Send(ctx, second)
			require.NoError(t, err)
			require.Equal(t, second.EndpointID, got.EndpointID)
		})
	}
	both.Wait()
	_, err = l.Send(ctx, second)
	require.NoError(t, err)
	all, err := l.OfTenant("shop")
	require.NoError(t, err)
	require.Len(t, all, 2)
	require.Equal(t, made.EndpointID, all[0].EndpointID, "the oldest first")

	_, err = l.Send(ctx, create("shop", made.URL))
	var refused *endpointclient.RefusalError
	require.ErrorAs(t, err, &refused)
	require.Equal(t, 409, refused.Status)
	require.Contains(t, refused.Text, made.EndpointID)
	require.ErrorIs(t, err, endpointclient.ErrRefused)

	later := live(t, d)
	ready(t, later)
	all, err = later.OfTenant("shop")
	require.NoError(t, err)
	require.Len(t, all, 2)

	_, err = l.Send(ctx, about(made, schemas.CommandDelete))
	require.NoError(t, err)
	for _, client := range []*endpointclient.Live{l, later} {
		require.Eventually(t, func() bool { found, err := client.Find("shop", made.EndpointID); return err == nil && found == nil },
			5*time.Minute, 5*time.Millisecond)
	}
}

// Nobody carries the command out, or the topic goes away and comes back.
func TestLiveGetsOverFailures(t *testing.T) {
	d := rolestest.New(t)
	l := live(t, d)
	ready(t, l)
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	_, err := l.Send(ctx, create("shop", "http://127.0.0.1:1/"))
	require.ErrorIs(t, err, context.DeadlineExceeded)
	require.ErrorContains(t, err, "waiting for the command to be carried out")

	admin, topic := kadm.NewClient(d.Client), d.Settings.Kafka.Prefix+schemas.TopicWebhookEndpoints
	_, err = admin.DeleteTopics(t.Context(), topic)
	require.NoError(t, err)
	require.Eventually(t, func() bool { return l.Ready() != nil }, 5*time.Minute, 5*time.Millisecond)
	_, err = l.OfTenant("shop")
	require.NoError(t, err, "what was known goes on being known")
	_, err = admin.CreateTopic(t.Context(), 1, 1, nil, topic)
	require.NoError(t, err)
	ready(t, l)
}

// What a command costs with one reader for all of them, and with one of its own.
func BenchmarkSend(b *testing.B) {
	d := rolestest.New(b)
	d.Run(b, roles.Endpoints)
	l := endpointclient.NewLive(d.Endpoints(b), slog.New(slog.DiscardHandler))
	ctx, cancel := context.WithCancel(b.Context())
	defer cancel()
	go l.Run(ctx)
	require.Eventually(b, func() bool { return l.Ready() == nil }, 5*time.Minute, time.Millisecond)
	made := create("shop", "http://127.0.0.1:1/")
	_, err := l.Send(ctx, made)
	require.NoError(b, err)
	for name, send := range map[string]func(context.Context, *schemas.EndpointCommand) (*schemas.WebhookEndpoint, error){
		"live": l.Send, "each": d.Endpoints(b).Send,
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				_, err := send(ctx, about(made, schemas.CommandDisable))
				require.NoError(b, err)
			}
		})
	}
}

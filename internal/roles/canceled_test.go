package roles

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"

	"github.com/stretchr/testify/require"

	"waybill/pipeline/delivery"
	"waybill/sinks/webhook"
)

// A call that is asked for while we stop is no failure of the endpoint.
func TestCallsOfAStopAreCanceled(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("called after the stop") }))
	defer server.Close()
	secrets, err := newOpener(nil, nil)
	require.NoError(t, err)
	p := &performer{
		secrets: secrets,
		caller:  webhook.New(webhook.Options{AllowedNetworks: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}}),
		tells:   newAttempts(slog.New(slog.DiscardHandler)),
	}
	defer p.caller.Close()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	attempt := delivery.Attempt{JobID: "msg", Number: 3, Call: delivery.Call{
		ID: "msg", URL: server.URL, Secrets: []string{"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}, Body: []byte("{}"),
	}}
	result, ok := p.perform(ctx, attempt).(delivery.Result)
	require.True(t, ok)
	require.Equal(t, delivery.Result{JobID: "msg", Number: 3, Outcome: delivery.Outcome{Reason: delivery.ReasonCanceled}}, result)
	require.Error(t, p.perform(ctx, "something else").(error))
}

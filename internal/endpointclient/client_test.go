package endpointclient_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kerr"

	"waybill/internal/embedded/embeddedtest"
	"waybill/internal/endpointclient"
	"waybill/internal/roles"
	"waybill/internal/roles/rolestest"
	"waybill/internal/vault"
	"waybill/pipeline/endpoints"
	"waybill/schemas"
)

func TestMain(m *testing.M) { embeddedtest.Main(m) }

// soon bounds what must happen.
func soon(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	t.Cleanup(cancel)
	return ctx
}

// create is a command for a new endpoint.
func create(tenant, url string) *schemas.EndpointCommand {
	return &schemas.EndpointCommand{
		CommandID: endpointclient.NewID("cmd_"), Tenant: tenant, EndpointID: endpointclient.NewID("ep_"), Kind: schemas.CommandCreate,
		URL: url, Secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", Order: schemas.OrderShipment, RequestedAt: time.Now(),
	}
}

// about is a command about an endpoint that another has made.
func about(made *schemas.EndpointCommand, kind string) *schemas.EndpointCommand {
	return &schemas.EndpointCommand{
		CommandID: endpointclient.NewID("cmd_"), Tenant: made.Tenant, EndpointID: made.EndpointID, Kind: kind,
		Order: schemas.OrderShipment, RequestedAt: time.Now(),
	}
}

func TestCommandsAreCarriedOut(t *testing.T) {
	d := rolestest.New(t)
	d.Run(t, roles.Endpoints)
	c, ctx := d.Endpoints(t), soon(t)
	made := create("shop", "http://127.0.0.1:1/")

	e, err := c.Send(ctx, made)
	require.NoError(t, err)
	require.Equal(t, schemas.EndpointUntested, e.State)
	require.Equal(t, made.EndpointID, e.EndpointID)
	_, err = c.Send(ctx, made)
	require.NoError(t, err, "the same command again is the same answer")

	twin := create("shop", made.URL)
	_, err = c.Send(ctx, twin)
	require.ErrorIs(t, err, endpointclient.ErrRefused)
	require.ErrorContains(t, err, "409: the endpoint "+made.EndpointID+" has that URL already")
	other := create("other", made.URL)
	_, err = c.Send(ctx, other)
	require.NoError(t, err, "another tenant may have that URL too")

	for kind, state := range map[string]string{
		schemas.CommandDisable: schemas.EndpointDisabled,
		schemas.CommandEnable:  schemas.EndpointUntested, // it still has to answer a test
	} {
		e, err = c.Send(ctx, about(made, kind))
		require.NoError(t, err)
		require.Equal(t, state, e.State)
	}

	table, err := c.Table(ctx)
	require.NoError(t, err)
	require.NotNil(t, table.ByID(made.EndpointID))
	require.Nil(t, table.ByID(twin.EndpointID))
	require.Len(t, table.OfTenant("shop"), 1)
	require.Len(t, table.OfTenant("other"), 1)

	_, err = c.Send(ctx, about(made, schemas.CommandDelete))
	require.NoError(t, err)
	table, err = c.Table(ctx)
	require.NoError(t, err)
	require.Empty(t, table.OfTenant("shop"))
	_, err = c.Send(ctx, about(made, schemas.CommandEnable))
	require.ErrorIs(t, err, endpointclient.ErrRefused)
	require.ErrorContains(t, err, "404: there is no endpoint")
}

func TestTestsTellTheirOutcome(t *testing.T) {
	d := rolestest.New(t)
	d.Run(t, roles.Endpoints, roles.Delivery)
	c := d.Endpoints(t)
	for _, tt := range []struct {
		status           int
		outcome, reason  string
		stateInTheTables string
	}{
		{http.StatusNoContent, schemas.OutcomeDelivered, "", schemas.EndpointEnabled},
		{http.StatusInternalServerError, schemas.OutcomeFailed, "status_5xx", schemas.EndpointUntested},
	} {
		t.Run(http.StatusText(tt.status), func(t *testing.T) {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(tt.status) }))
			defer server.Close()
			ctx, made := soon(t), create("shop", server.URL)
			tests, err := c.Tests(ctx)
			require.NoError(t, err)
			_, err = c.Send(ctx, made)
			require.NoError(t, err)
			attempt, err := tests.First(ctx, endpoints.TestJobID(made.EndpointID, made.CommandID))
			require.NoError(t, err)
			require.Equal(t, tt.outcome, attempt.Outcome)
			require.Equal(t, tt.reason, attempt.Reason)
			require.Equal(t, tt.status, attempt.StatusCode)
			require.Eventually(t, func() bool {
				table, err := c.Table(ctx)
				return err == nil && table.ByID(made.EndpointID).State == tt.stateInTheTables
			}, 5*time.Minute, 10*time.Millisecond)
		})
	}
}

// Nobody carries commands out, or there are not even topics: the error says
// what was waited for.
func TestNobodyAnswers(t *testing.T) {
	d := rolestest.New(t)
	c := d.Endpoints(t)
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	tests, err := c.Tests(ctx)
	require.NoError(t, err)
	_, err = c.Send(ctx, create("shop", "http://127.0.0.1:1/"))
	require.ErrorIs(t, err, context.DeadlineExceeded)
	require.ErrorContains(t, err, "waiting for the command to be carried out: ")
	_, err = tests.First(ctx, "job")
	require.ErrorContains(t, err, "waiting for the outcome of the test: ")

	c.Prefix = "elsewhere."
	for name, ask := range map[string]func() error{
		"elsewhere.webhook-attempts": func() error { _, err := c.Tests(t.Context()); return err },
		"elsewhere.webhook-endpoints": func() error {
			_, err := c.Send(t.Context(), create("shop", "http://127.0.0.1:1/"))
			return err
		},
		"reading the endpoints": func() error { _, err := c.Table(t.Context()); return err },
	} {
		err := ask()
		require.ErrorIs(t, err, kerr.UnknownTopicOrPartition)
		require.ErrorContains(t, err, name)
	}
}

func TestNewIDIsOneOfItsOwn(t *testing.T) {
	id := endpointclient.NewID("ep_")
	require.Regexp(t, `^ep_[a-z0-9]{20,}$`, id)
	require.NotEqual(t, id, endpointclient.NewID("ep_"))
}

// Whatever is written is sealed, by either way in; what the job could not check
// any more is refused before.
func TestSecretsAreSealed(t *testing.T) {
	d := rolestest.New(t)
	d.Run(t, roles.Endpoints)
	c, ctx := d.Endpoints(t), soon(t)
	made := create("shop", "http://127.0.0.1:1/")
	made.Headers = map[string]string{"X-Key": "Bearer topsecret"}
	e, err := c.Send(ctx, made)
	require.NoError(t, err)
	require.Equal(t, "Bearer topsecret", made.Headers["X-Key"], "the sender's command is its own")
	for _, text := range []string{e.Secrets[0].Secret, e.Headers["X-Key"]} {
		require.True(t, vault.Sealed(text), text)
	}
	secret, err := c.Vault.Open("shop", made.EndpointID, e.Secrets[0].Secret)
	require.NoError(t, err)
	require.Equal(t, made.Secret, secret)
	value, err := c.Vault.Open("shop", made.EndpointID, e.Headers["X-Key"])
	require.NoError(t, err)
	require.Equal(t, "Bearer topsecret", value)
	shown := endpointclient.Masked(e)
	require.Equal(t, "whsec_…", shown.Secrets[0].Secret)
	require.Equal(t, map[string]string{"X-Key": "…"}, shown.Headers)
	require.True(t, vault.Sealed(e.Headers["X-Key"]), "the table is left as it is")

	wrong := create("shop", "http://127.0.0.1:2/")
	wrong.Secret = "whsec_topsecret"
	_, err = c.Send(ctx, wrong)
	require.ErrorIs(t, err, endpointclient.ErrRefused)
	require.ErrorContains(t, err, "400: the secret is not whsec_")
	require.NotContains(t, err.Error(), "topsecret")
	c.Vault = nil
	_, err = c.Send(ctx, create("shop", "http://127.0.0.1:3/"))
	require.ErrorContains(t, err, "--secret-keys")
	_, err = c.Send(ctx, about(made, schemas.CommandDisable))
	require.NoError(t, err, "what has no secret needs no key")
}

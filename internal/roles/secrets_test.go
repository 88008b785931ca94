package roles

import (
	"crypto/rand"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"

	"waybill/internal/vault"
	"waybill/pipeline/delivery"
)

func newVault(t *testing.T) *vault.Vault {
	t.Helper()
	key, err := vault.NewKey(rand.Reader)
	require.NoError(t, err)
	v, err := vault.Parse(key.String())
	require.NoError(t, err)
	return v
}

func TestSecretsAreOpenedForTheCall(t *testing.T) {
	keys := newVault(t)
	seal := func(endpoint, text string) string {
		sealed, err := keys.Seal("t", endpoint, text)
		require.NoError(t, err)
		return sealed
	}
	page, err := os.ReadFile("../../docs/metrics.md")
	require.NoError(t, err)
	require.Contains(t, string(page), "| `waybill_webhook_secrets_unreadable_total` |")
	registry := prometheus.NewRegistry()
	o, err := newOpener(keys, registry)
	require.NoError(t, err)
	table := map[string]string{"X-Key": seal("ep", "value"), "X-Old": "clear"}
	call := delivery.Call{EndpointID: "ep", Secrets: []string{seal("ep", "whsec_new"), "whsec_old"}, Headers: table}
	opened, err := o.open("t", &call)
	require.NoError(t, err)
	require.ElementsMatch(t, []string{"whsec_new", "value"}, opened)
	require.Equal(t, []string{"whsec_new", "whsec_old"}, call.Secrets)
	require.Equal(t, map[string]string{"X-Key": "value", "X-Old": "clear"}, call.Headers)
	require.True(t, vault.Sealed(table["X-Key"]), "the table of all endpoints is left as it is")
	require.Zero(t, unreadable(t, registry))

	for name, call := range map[string]*delivery.Call{
		"another's secret": {EndpointID: "ep", Secrets: []string{seal("ep", "a"), seal("other", "b")}},
		"another's header": {EndpointID: "ep", Headers: map[string]string{"X": seal("other", "b")}},
	} {
		before := *call
		opened, err := o.open("t", call)
		require.ErrorIs(t, err, vault.ErrAltered, name)
		require.Empty(t, opened)
		require.Equal(t, before, *call)
	}
	require.Equal(t, 2, unreadable(t, registry))
}

// What is kept open serves the calls that need the very same, and no others.
func TestSecretsKeptOpen(t *testing.T) {
	keys := newVault(t)
	seal := func(tenant, text string) string {
		sealed, err := keys.Seal(tenant, "ep", text)
		require.NoError(t, err)
		return sealed
	}
	o, err := newOpener(keys, nil)
	require.NoError(t, err)
	secret, header := seal("t", "whsec_one"), seal("t", "value")
	call := func() *delivery.Call {
		return &delivery.Call{EndpointID: "ep", Secrets: []string{secret}, Headers: map[string]string{"X": header}}
	}
	open := func() *opened {
		_, err := o.open("t", call())
		require.NoError(t, err)
		return o.kept["ep"]
	}
	first := open()
	require.Same(t, first, open())

	_, err = o.open("other", call())
	require.ErrorIs(t, err, vault.ErrAltered, "another tenant's call does not get them")
	require.Same(t, first, open())

	secret = seal("t", "whsec_two")
	second := open()
	require.Equal(t, []string{"whsec_two"}, second.secrets)
	require.ElementsMatch(t, []string{"whsec_two", "value"}, second.hidden)
	header = "clear"
	third := open()
	require.Equal(t, map[string]string{"X": "clear"}, third.headers)
	require.Equal(t, []string{"whsec_two"}, third.hidden)

	for n := range 2 * maxKept {
		c := call()
		c.EndpointID, c.Secrets = strconv.Itoa(n), nil
		_, err := o.open("t", c)
		require.NoError(t, err)
		require.LessOrEqual(t, len(o.kept), maxKept)
	}
}

// unreadable reads the one counter of a registry.
func unreadable(t *testing.T, r *prometheus.Registry) int {
	t.Helper()
	families, err := r.Gather()
	require.NoError(t, err)
	require.Len(t, families, 1)
	return int(families[0].GetMetric()[0].GetCounter().GetValue())
}

func TestUnreadableSecretsAreToldOnceAMinute(t *testing.T) {
	o, err := newOpener(nil, nil)
	require.NoError(t, err)
	at := time.UnixMilli(0)
	require.True(t, o.tells("one", at))
	require.False(t, o.tells("one", at.Add(tellEvery-1)))
	require.True(t, o.tells("other", at.Add(tellEvery-1)))
	require.True(t, o.tells("one", at.Add(tellEvery)))
}

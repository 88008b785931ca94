package accounts_test

import (
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"waybill/internal/accounts"
)

const file = `accounts:
  - name: shop
    tenant: acme
    source: shippo
    inbound:
      secrets: [{env: SHIPPO_NEW}, {file: SECRET}]
      window: 10m
    polling:
      key: {env: SHIPPO_KEY}
      carriers: {usps: usps}
`

// write makes a file of accounts whose second secret is a file beside it.
func write(t *testing.T) (path, secret string) {
	t.Helper()
	dir := t.TempDir()
	path, secret = filepath.Join(dir, "accounts.yaml"), filepath.Join(dir, "secret")
	require.NoError(t, os.WriteFile(path, []byte(strings.ReplaceAll(file, "SECRET", secret)), 0o600))
	require.NoError(t, os.WriteFile(secret, []byte("  two\n"), 0o600))
	return path, secret
}

func TestLoad(t *testing.T) {
	t.Setenv("SHIPPO_NEW", "one")
	path, _ := write(t)
	loaded, err := accounts.Load(path)
	require.NoError(t, err)
	require.Len(t, loaded.All(), 1)
	a := loaded.All()[0]
	require.Equal(t, "acme", a.Tenant)
	require.Equal(t, 10*time.Minute, a.Inbound.Window)
	require.Len(t, a.Secrets(), 3, "a password that is not named is none")
	for i, want := range []string{"one", "two"} {
		got, err := a.Inbound.Secrets[i].Read()
		require.NoError(t, err)
		require.Equal(t, want, got, "blanks at the ends do not count")
	}
	_, err = a.Polling.Key.Read()
	require.EqualError(t, err, "reading a secret: env SHIPPO_KEY is empty")

	none, err := accounts.Load("")
	require.NoError(t, err)
	require.Empty(t, none.All())
}

func TestParseSaysWhatIsWrong(t *testing.T) {
	const start = "accounts:\n  - {name: shop, tenant: acme, source: shippo"
	for text, want := range map[string]string{
		"acounts: []":              "line 1: there is no key acounts (did you mean accounts?)",
		"accounts: [null]":         "account 1 is empty",
		"accounts: [{name: shop}]": "account 1 (shop): name, tenant and source are required",
		"accounts: [{name: a b, tenant: x, source: y}]":          `account 1 (a b): the name "a b" is not 1 to 64 letters`,
		start + "}\n  - {name: shop, tenant: acme, source: ups}": "account 2 (shop): the tenant acme has it twice",
		start + ", inbound: {secrets: [{}]}}":                    "account 1 (shop): secret 1: neither env nor file is named",
		start + ", inbound: {secrets: [{env: A, file: b}]}}":     "secret 1: both env A and file b are named; one is wanted",
		start + ", inbound: {window: -1s}}":                      "the window is -1s; it must not be negative",
		start + ", inbound: {secret: [{env: A}]}}":               "there is no key secret (did you mean secrets?)",
	} {
		_, err := accounts.Parse([]byte(text))
		require.ErrorContains(t, err, want)
	}
	_, err := accounts.Parse([]byte(start + "}\n  - {name: shop, tenant: other, source: shippo}"))
	require.NoError(t, err, "a name is a tenant's own")
}

// A secret that is no secret is refused without being repeated.
func TestReadRefuses(t *testing.T) {
	dir := t.TempDir()
	long := filepath.Join(dir, "long")
	require.NoError(t, os.WriteFile(long, []byte(strings.Repeat("x", 64<<10+1)), 0o600))
	_, err := accounts.Secret{File: long}.Read()
	require.EqualError(t, err, "reading a secret: "+long+" has more than 65536 bytes; a secret is wanted")
	_, err = accounts.Secret{File: filepath.Join(dir, "none")}.Read()
	require.ErrorContains(t, err, "no such file")
	_, err = accounts.Secret{}.Read()
	require.ErrorContains(t, err, "neither env nor file is named")
}

// A changed file counts within a second, that of a secret too; a broken one
// leaves the accounts as they were.
func TestLive(t *testing.T) {
	path, secret := write(t)
	synctest.Test(t, func(t *testing.T) {
		live, err := accounts.Open(path, slog.New(slog.DiscardHandler))
		require.NoError(t, err)
		first := live.Current()
		require.Len(t, first.All(), 1)

		// The clock of the bubble is not that of the files, whose sizes change here.
		require.NoError(t, os.WriteFile(secret, []byte("another"), 0o600))
		require.Same(t, first, live.Current(), "the files were looked at a moment ago")
		<-time.After(time.Second)
		second := live.Current()
		require.NotSame(t, first, second)
		got, err := second.All()[0].Inbound.Secrets[1].Read()
		require.NoError(t, err)
		require.Equal(t, "another", got)
		<-time.After(time.Second)
		require.Same(t, second, live.Current(), "nothing has changed since")

		require.NoError(t, os.WriteFile(path, []byte("accounts: ["), 0o600))
		<-time.After(time.Second)
		require.Same(t, second, live.Current(), "what cannot be read changes nothing")
		require.NoError(t, os.WriteFile(path, []byte("accounts: []"), 0o600))
		<-time.After(time.Second)
		require.Empty(t, live.Current().All())
	})
	_, err := accounts.Open(filepath.Join(t.TempDir(), "none"), slog.New(slog.DiscardHandler))
	require.ErrorContains(t, err, "reading the accounts: open ")
	none, err := accounts.Open("", slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	require.Empty(t, none.Current().All())
}

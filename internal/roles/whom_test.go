package roles

import (
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"waybill/internal/config"
	"waybill/internal/knowledge"
)

// Polling is among the roles where an account says how to ask, and asks nobody in
// a replay.
func TestPollingIsThereWhenItIsOfUse(t *testing.T) {
	file := filepath.Join(t.TempDir(), "accounts.yaml")
	require.NoError(t, os.WriteFile(file, []byte(`accounts:
  - {name: dhl, tenant: acme, source: dhl, polling: {key: {env: NOT_READ_HERE}}}
`), 0o600))
	hooks := filepath.Join(t.TempDir(), "accounts.yaml")
	require.NoError(t, os.WriteFile(hooks, []byte(`accounts:
  - {name: dhl, tenant: acme, source: easypost, inbound: {secrets: [{env: NOT_READ_HERE}]}}
`), 0o600))
	knows, err := knowledge.Load(config.Knowledge{})
	require.NoError(t, err)
	for _, c := range []struct {
		file, clock string
		interval    time.Duration
		polls       bool
	}{
		{"", "live", time.Hour, false},
		{hooks, "live", time.Hour, false},
		{file, "live", time.Hour, true},
		{file, "live", 0, false},
		{file, "log", time.Hour, false},
	} {
		p := &parts{knows: knows, log: slog.New(slog.DiscardHandler), settings: &config.Settings{
			Pipeline: config.Pipeline{Clock: c.clock, PollInterval: c.interval}, Connectors: config.Connectors{Accounts: c.file},
		}}
		require.NoError(t, p.openAccounts())
		require.Equal(t, c.polls, slices.Contains(p.all(true), Polling), "%+v", c)
		asked := askedCarriers{knows.Carriers, p.asked.Carriers()}
		require.Equal(t, c.file == file, asked.Polled("DHL Express"), "the rules ask for polls of whom an account is for")
		require.False(t, asked.Polled("evri"))
	}
}

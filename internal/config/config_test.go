package config_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/alecthomas/kong"
	"github.com/stretchr/testify/require"

	"waybill/internal/config"
)

type app struct {
	Config kong.ConfigFlag `type:"path"`
	config.Settings
}

func parse(t *testing.T, file string, args ...string) (*app, *kong.Kong, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "waybill.yaml")
	require.NoError(t, os.WriteFile(path, []byte(file), 0o600))
	var a app
	k, err := kong.New(&a, kong.DefaultEnvars("WAYBILL"), kong.Configuration(config.Load))
	require.NoError(t, err)
	_, err = k.Parse(append([]string{"--config", path}, args...))
	return &a, k, err
}

func TestTheLastOfFileEnvironmentFlagWins(t *testing.T) {
	const file = "kafka:\n  brokers: [one:9092, two:9092]\n  prefix: file.\nreorder-hold: 5s\n"
	a, _, err := parse(t, file)
	require.NoError(t, err)
	require.Equal(t, []string{"one:9092", "two:9092"}, a.Kafka.Addrs())
	require.Equal(t, "file.", a.Kafka.Prefix)
	require.Equal(t, "5s", a.Pipeline.ReorderHold.String())

	t.Setenv("WAYBILL_KAFKA_PREFIX", "env.")
	a, _, err = parse(t, file)
	require.NoError(t, err)
	require.Equal(t, "env.", a.Kafka.Prefix)

	a, _, err = parse(t, file, "--kafka-prefix", "flag.")
	require.NoError(t, err)
	require.Equal(t, "flag.", a.Kafka.Prefix)
}

func TestDefaultsAreTheEmbeddedServices(t *testing.T) {
	a, _, err := parse(t, "")
	require.NoError(t, err)
	require.Equal(t, []string{"127.0.0.1:9092"}, a.Kafka.Addrs())
	require.Equal(t, "127.0.0.1:9000", a.ClickHouse.Address())
	require.Positive(t, a.Pipeline.WorkerCount())
	require.Empty(t, a.Warnings())
}

func TestWrongSettingsSayWhatToDo(t *testing.T) {
	for _, tt := range []struct{ file, says string }{
		{"kafka: {broker: x}", `did you mean "kafka-brokers"?`},
		{"kafka: [", "reading the settings file"},
		{"kafka: {partitions: 0}", "must lie in 1 to 10000"},
		{"reorder-hold: -1s", "must not be negative"},
		{"poll-delivering: 0s", "--poll-delivering 0s"},
		{"clock: sundial", "must be one of"},
		{"webhook: {allow: [nowhere]}", "webhook-allow"},
	} {
		_, _, err := parse(t, tt.file)
		require.ErrorContains(t, err, tt.says, tt.file)
	}
}

func TestEffectiveMasksSecrets(t *testing.T) {
	_, k, err := parse(t, "clickhouse: {password: hunter2}")
	require.NoError(t, err)
	found := false
	for _, v := range config.Effective(k.Model) {
		require.NotContains(t, v.Value, "hunter2")
		if v.Name == "clickhouse-password" {
			found = true
			require.Equal(t, "(set)", v.Value)
			require.Equal(t, "WAYBILL_CLICKHOUSE_PASSWORD", v.Env)
		}
		require.NotEmpty(t, v.Help, v.Name)
	}
	require.True(t, found)
}

func TestWarnings(t *testing.T) {
	keys := filepath.Join(t.TempDir(), "secrets.key")
	require.NoError(t, os.WriteFile(keys, nil, 0o600))
	own, _, err := parse(t, "", "--secret-keys", keys)
	require.NoError(t, err)
	require.Empty(t, own.Warnings())
	require.NoError(t, os.Chmod(keys, 0o644))
	require.Len(t, own.Warnings(), 1)
	require.Contains(t, own.Warnings()[0], keys+" can be read by everybody")

	a, _, err := parse(t, "reorder-hold: 2m\nwebhook: {allow: [0.0.0.0/0]}\nkafka: {fsync: true, brokers: [x:1]}\nclickhouse: {addr: x, max-memory: 5}")
	require.NoError(t, err)
	require.Len(t, a.Warnings(), 4)
}

// A replay asks no carrier: what it plays is over (D8).
func TestPollsAreForLiveClocksOnly(t *testing.T) {
	for file, polls := range map[string]bool{"": true, "clock: log": false, "poll-interval: 0s": false, "poll-interval: 6h": true} {
		a, _, err := parse(t, file)
		require.NoError(t, err)
		require.Equal(t, polls, a.Pipeline.Polls(), file)
	}
}

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
	config.Settings
}

func parse(t *testing.T, file string, args ...string) (*app, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "waybill.yaml")
	require.NoError(t, os.WriteFile(path, []byte(file), 0o600))
	var a app
	k, err := kong.New(&a, a.Options()...)
	require.NoError(t, err)
	_, err = k.Parse(append([]string{"--config", path}, args...))
	return &a, err
}

func TestTheLastOfFileEnvironmentFlagWins(t *testing.T) {
	const file = "kafka:\n  brokers: [one:9092, two:9092]\n  prefix: file.\nreorder-hold: 5s\n"
	a, err := parse(t, file)
	require.NoError(t, err)
	require.Equal(t, []string{"one:9092", "two:9092"}, a.Kafka.Addrs())
	require.Equal(t, "file.", a.Kafka.Prefix)
	require.Equal(t, "5s", a.Pipeline.ReorderHold.String())

	t.Setenv("WAYBILL_KAFKA_PREFIX", "env.")
	a, err = parse(t, file)
	require.NoError(t, err)
	require.Equal(t, "env.", a.Kafka.Prefix)

	a, err = parse(t, file, "--kafka-prefix", "flag.")
	require.NoError(t, err)
	require.Equal(t, "flag.", a.Kafka.Prefix)
}

func TestDefaultsAreTheEmbeddedServices(t *testing.T) {
	a, err := parse(t, "")
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
		{"kafka: {partitions: 0}", "it must be 1 to 10000 partitions"},
		{"reorder-hold: -1s", "--reorder-hold is \"-1s\" ("},
		{"clickhouse: {keep-shipments: 119}", "it must be 0 or 120 to 36500 days"},
		{"clickhouse: {keep-events: 119}", `--clickhouse-keep-events is "119" (`},
		{"clickhouse: {keep-decisions: -1}", `--clickhouse-keep-decisions is "-1" (`},
		{"clickhouse: {keep-webhooks: 35}", `--clickhouse-keep-webhooks is "35" (`},
		{"clickhouse: {keep-attempts: 36501}", `--clickhouse-keep-attempts is "36501" (`},
		{"registry: {url: registry.example}", "--registry-url is \"registry.example\"; it must be like https://"},
		{"registry: {url: 'https://me:hunter2@registry.example'}", "--registry-url holds a user"},
		{"registry: {framing: true}", "--registry-url is empty"},
		{"registry: {url: 'http://registry', password: x}", "--registry-user is empty"},
		{"registry: {url: 'http://registry', tls-ca: x}", "no --registry-url begins with https://"},
		{"registry: {url: 'http://registry', subjects: both}", "must be one of"},
		{"clickhouse: {keep-webhooks: 100, keep-attempts: 99}", "keep them as long at least"},
		{"clickhouse: {keep-webhooks: 0, keep-attempts: 99}", "keep them as long at least"},
		{"poll-delivering: 0s", `--poll-delivering is "0s" (`},
		{"clock: sundial", "it must be one of live, log"},
		{"kafka: {tls: true}", "--kafka-brokers is empty"},
		{"kafka: {brokers: a:1, sasl: plain}", "--kafka-sasl is plain and --kafka-user or --kafka-password is empty"},
		{"kafka: {brokers: a:1, user: x}", "--kafka-sasl is none; say how to log in"},
		{"kafka: {brokers: a:1, sasl: magic}", "it must be one of none, plain,"},
		{"kafka: {brokers: a:1, tls-ca: ca.pem}", "--kafka-tls-ca is set and --kafka-tls is not"},
		{"kafka: {brokers: a:1, tls: true, tls-cert: c.pem}", "a certificate and its key go together"},
		{"clickhouse: {tls: true}", "--clickhouse-addr is empty"},
		{"clickhouse: {addr: a:1, tls-server-name: a}", "--clickhouse-tls-server-name is set and --clickhouse-tls is not"},
		{"clickhouse: {addr: [a:1, b:1]}", "are no replicated cluster"},
		{"webhook: {allow: [nowhere]}", "webhook-allow"},
	} {
		_, err := parse(t, tt.file)
		require.ErrorContains(t, err, tt.says, tt.file)
	}
}

func TestValuesMaskSecrets(t *testing.T) {
	a, err := parse(t, "clickhouse: {password: hunter2}")
	require.NoError(t, err)
	found := false
	for _, v := range a.Values() {
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
	own, err := parse(t, "", "--secret-keys", keys)
	require.NoError(t, err)
	require.Empty(t, own.Warnings())
	require.NoError(t, os.Chmod(keys, 0o644))
	require.Len(t, own.Warnings(), 1)
	require.Contains(t, own.Warnings()[0], keys+" can be read by everybody")

	a, err := parse(t, "reorder-hold: 2m\nwebhook: {allow: [0.0.0.0/0]}\nkafka: {fsync: true, brokers: [x:1]}\nclickhouse: {addr: x:1, max-memory: 1000000000}")
	require.NoError(t, err)
	require.Len(t, a.Warnings(), 4)

	readable, err := parse(t, "kafka: {brokers: x:1, sasl: plain, user: x, password: y}")
	require.NoError(t, err)
	require.Len(t, readable.Warnings(), 1)
	require.Contains(t, readable.Warnings()[0], "reads the password")
}

// A replay asks no carrier: what it plays is over (D8).
func TestPollsAreForLiveClocksOnly(t *testing.T) {
	for file, polls := range map[string]bool{"": true, "clock: log": false, "poll-interval: 0s": false, "poll-interval: 6h": true} {
		a, err := parse(t, file)
		require.NoError(t, err)
		require.Equal(t, polls, a.Pipeline.Polls(), file)
	}
}

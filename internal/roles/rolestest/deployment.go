package rolestest

import (
	"context"
	"crypto/rand"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/alecthomas/kong"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/internal/config"
	"waybill/internal/embedded/embeddedtest"
	"waybill/internal/endpointclient"
	"waybill/internal/roles"
	"waybill/internal/topics"
	"waybill/internal/vault"
	"waybill/schemas"
)

// readyWait bounds how long roles may take to get ready.
const readyWait = 5 * time.Minute

// Deployment is a Kafka with every topic.
type Deployment struct {
	Settings *config.Settings
	Codecs   *schemas.Codecs
	// Client asks and produces; it is closed with the test.
	Client *kgo.Client
}

// Settings are the defaults, changed by flags as on a command line, on a
// Kafka of the test's own with a prefix of its own. Webhooks may go to this
// machine.
func Settings(t testing.TB, flags ...string) *config.Settings {
	t.Helper()
	var s config.Settings
	keys := filepath.Join(t.TempDir(), "secrets.key")
	require.NoError(t, vault.Make(keys, rand.Reader))
	parser, err := kong.New(&s)
	require.NoError(t, err)
	_, err = parser.Parse(append([]string{
		"--kafka-brokers", strings.Join(embeddedtest.Kafka(t), ","), "--kafka-prefix", Unique("test-") + ".",
		"--instance", "test", "--data", t.TempDir(), "--webhook-allow", "127.0.0.0/8", "--secret-keys", keys,
	}, flags...))
	require.NoError(t, err)
	return &s
}

// Unique returns a name that no other test has: a real Kafka or ClickHouse is
// shared.
func Unique(prefix string) string { return prefix + strings.ToLower(rand.Text()) }

// New makes a deployment without roles.
func New(t testing.TB, flags ...string) *Deployment {
	t.Helper()
	d := &Deployment{Settings: Settings(t, flags...)}
	var err error
	d.Codecs, err = schemas.NewCodecs()
	require.NoError(t, err)
	maker, err := kgo.NewClient(d.Kafka()...) // it will remember the topics as missing
	require.NoError(t, err)
	defer maker.Close()
	_, err = topics.Create(t.Context(), maker, topics.Layout{Prefix: d.Settings.Kafka.Prefix, Partitions: d.Settings.Kafka.Partitions, Replication: -1})
	require.NoError(t, err)
	d.Client, err = kgo.NewClient(d.Kafka()...)
	require.NoError(t, err)
	t.Cleanup(d.Client.Close)
	return d
}

// Endpoints makes a client of the endpoints job.
func (d *Deployment) Endpoints(t testing.TB) *endpointclient.Client {
	t.Helper()
	keys, err := vault.Load(d.Settings.SecretKeysFile())
	require.NoError(t, err)
	return &endpointclient.Client{Kafka: d.Client, Prefix: d.Settings.Kafka.Prefix, Codecs: d.Codecs, Vault: keys}
}

// Kafka returns the options of a Kafka client.
func (d *Deployment) Kafka() []kgo.Opt {
	return []kgo.Opt{kgo.SeedBrokers(d.Settings.Kafka.Addrs()...), kgo.MetadataMinAge(100 * time.Millisecond)}
}

// Options returns what roles of the deployment are made of.
func (d *Deployment) Options() roles.Options {
	return roles.Options{
		Settings: d.Settings, Codecs: d.Codecs, Kafka: d.Kafka(), Version: "test",
		Logger: slog.New(slog.DiscardHandler), Registerer: prometheus.NewRegistry(),
	}
}

// Run runs roles until the test ends, or until the returned function is
// called, and returns when they are ready.
func (d *Deployment) Run(t testing.TB, names ...string) (stop func()) {
	t.Helper()
	return d.RunWith(t, d.Options(), names...)
}

// RunWith is Run with options of the test's own.
func (d *Deployment) RunWith(t testing.TB, o roles.Options, names ...string) (stop func()) {
	t.Helper()
	r, err := roles.New(o, names...)
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		err = r.Run(ctx)
	}()
	stop = func() {
		cancel()
		<-ended
		require.NoError(t, err)
	}
	t.Cleanup(stop)
	require.Eventually(t, func() bool { return r.Ready() == nil }, readyWait, 10*time.Millisecond)
	return stop
}

// Produce writes one record and waits for the broker's word.
func (d *Deployment) Produce(t testing.TB, topic, key string, value []byte, headers ...kgo.RecordHeader) *kgo.Record {
	t.Helper()
	record := &kgo.Record{Topic: d.Settings.Kafka.Prefix + topic, Key: []byte(key), Value: value, Headers: headers}
	require.NoError(t, d.Client.ProduceSync(t.Context(), record).FirstErr())
	return record
}

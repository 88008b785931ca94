package kafkaclient_test

import (
	"crypto/tls"
	"log/slog"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"go.uber.org/goleak"

	"waybill/internal/config"
	"waybill/internal/kafkaclient"
	"waybill/internal/tlsdial/tlstest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// broker starts one that asks for a login, with TLS if config says how.
func broker(t *testing.T, config *tls.Config) []string {
	t.Helper()
	opts := []kfake.Opt{
		kfake.NumBrokers(1), kfake.EnableSASL(),
		kfake.Superuser("PLAIN", "waybill", "right"), kfake.Superuser("SCRAM-SHA-256", "waybill", "right"), kfake.Superuser("SCRAM-SHA-512", "waybill", "right"),
	}
	if config != nil {
		opts = append(opts, kfake.TLS(config))
	}
	c, err := kfake.NewCluster(opts...)
	require.NoError(t, err)
	t.Cleanup(c.Close)
	return c.ListenAddrs()
}

func ping(t *testing.T, k config.Kafka) error {
	t.Helper()
	client, err := kgo.NewClient(append(kafkaclient.Options(k, slog.New(slog.DiscardHandler)), kgo.WithLogger(nil))...)
	require.NoError(t, err)
	defer client.Close()
	return client.Ping(t.Context())
}

// Each way to log in works, with TLS and without. What is said of a wrong
// password is tested on Apache Kafka; this one says nothing.
func TestLogins(t *testing.T) {
	ca := tlstest.NewCA(t)
	secured := broker(t, &tls.Config{Certificates: []tls.Certificate{ca.Server(t, "127.0.0.1").Load(t)}})
	open := broker(t, nil)
	for _, way := range []string{"plain", "scram-sha-256", "scram-sha-512"} {
		good := config.Kafka{Brokers: secured, TLS: true, TLSFiles: config.TLS{CA: ca.File}, SASL: way, User: "waybill", Password: "right"}
		require.NoError(t, ping(t, good), way)
		readable := good
		readable.Brokers, readable.TLS = open, false
		require.NoError(t, ping(t, readable), way)
		wrong := good
		wrong.Password = "wrong"
		require.Error(t, ping(t, wrong))
	}
}

func TestClosedDoorsSayWhatToDo(t *testing.T) {
	ca := tlstest.NewCA(t)
	secured := broker(t, &tls.Config{Certificates: []tls.Certificate{ca.Server(t, "127.0.0.1").Load(t)}})
	for says, k := range map[string]config.Kafka{
		"this client speaks without TLS and logs in with plain": {Brokers: secured, SASL: "plain", User: "waybill", Password: "right"},
		"speaks TLS and does not log in":                        {Brokers: secured, TLS: true, TLSFiles: config.TLS{CA: ca.File}},
	} {
		err := ping(t, k)
		require.Error(t, err, says)
		require.Contains(t, kafkaclient.Advise(err, k), says, err)
	}
}

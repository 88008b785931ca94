// Package kafkatest gives a test an Apache Kafka of its own, which it may kill
// broker by broker.
//
// It may import internal/apachekafka and testify, nothing else.
//
// Start reading at Start.
package kafkatest

import (
	"errors"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"waybill/internal/apachekafka"
)

// Env names the environment variable that holds the addresses of a real Kafka.
// Where it is set, tests are to run on real ones.
const Env = "WAYBILL_TEST_KAFKA"

// Start returns a cluster of brokers that ends with the test. The test is
// skipped unless tests are to run on a real Kafka and this machine has one.
func Start(t testing.TB, brokers int) *apachekafka.Cluster {
	t.Helper()
	return StartWith(t, apachekafka.Options{Brokers: brokers})
}

// StartWith is Start with options of the test's own; the folder is chosen here.
func StartWith(t testing.TB, o apachekafka.Options) *apachekafka.Cluster {
	t.Helper()
	if os.Getenv(Env) == "" {
		t.Skip("runs on Apache Kafka only: make test-kafka")
	}
	o.Dir = t.TempDir()
	c, err := apachekafka.Start(t.Context(), o)
	if errors.Is(err, apachekafka.ErrUnavailable) {
		t.Skipf("no Apache Kafka for this test: %v", err)
	}
	require.NoError(t, err)
	t.Cleanup(func() {
		require.NoError(t, c.Close())
		if t.Failed() {
			t.Log(c.Logs())
		}
	})
	return c
}

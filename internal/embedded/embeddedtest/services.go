package embeddedtest

import (
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"waybill/internal/embedded"
)

// KafkaEnv and ClickHouseEnv name the environment variables that hold the
// addresses of real services, host:port, Kafka's separated by commas.
const (
	KafkaEnv      = "WAYBILL_TEST_KAFKA"
	ClickHouseEnv = "WAYBILL_TEST_CLICKHOUSE"
)

// Kafka returns the addresses of a Kafka for one test: the real one where
// KafkaEnv is set, else an embedded one that ends with the test. A real one is
// shared, so a test uses topics, groups and transactional ids of its own.
func Kafka(t testing.TB) []string {
	t.Helper()
	if external := os.Getenv(KafkaEnv); external != "" {
		return strings.Split(external, ",")
	}
	k, err := embedded.StartKafka(t.Context(), embedded.KafkaOptions{})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, k.Close()) })
	return k.Addrs()
}

// ClickHouse returns the address of a ClickHouse, native protocol: the real one
// where ClickHouseEnv is set, else an embedded one that the tests of the package
// share. So a test uses a database of its own; one with every table is had most
// cheaply from analytics/analyticstest. The test is skipped when there is no library.
func ClickHouse(t testing.TB) string {
	t.Helper()
	if external := os.Getenv(ClickHouseEnv); external != "" {
		return external
	}
	addr, err := ours.addr()
	needLibrary(t, err)
	return addr
}

// OwnClickHouse is ClickHouse for a test that takes the whole server, or whose
// programs use the database that is the default: it ends with the test.
func OwnClickHouse(t testing.TB) string {
	t.Helper()
	if external := os.Getenv(ClickHouseEnv); external != "" {
		return external
	}
	c, err := embedded.StartClickHouse(t.Context(), embedded.ClickHouseOptions{DataDir: t.TempDir()})
	needLibrary(t, err)
	t.Cleanup(func() { require.NoError(t, c.Close()) })
	return c.Addr()
}

func needLibrary(t testing.TB, err error) {
	t.Helper()
	if errors.Is(err, embedded.ErrNoLibrary) {
		t.Skipf("no ClickHouse for this test: %v", err)
	}
	require.NoError(t, err)
}

package embeddedtest_test

import (
	"testing"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/internal/embedded/embeddedtest"
)

func TestMain(m *testing.M) { embeddedtest.Main(m) }

func TestServicesAnswer(t *testing.T) {
	t.Run("kafka", func(t *testing.T) {
		client, err := kgo.NewClient(kgo.SeedBrokers(embeddedtest.Kafka(t)...))
		require.NoError(t, err)
		defer client.Close()
		require.NoError(t, client.Ping(t.Context()))
	})
	t.Run("clickhouse", func(t *testing.T) {
		conn, err := clickhouse.Open(&clickhouse.Options{Addr: []string{embeddedtest.ClickHouse(t)}})
		require.NoError(t, err)
		defer func() { require.NoError(t, conn.Close()) }()
		var one uint8
		require.NoError(t, conn.QueryRow(t.Context(), "SELECT 1").Scan(&one))
		require.EqualValues(t, 1, one)
	})
}

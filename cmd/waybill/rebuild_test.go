package main

import (
	"encoding/json"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/connectors/simulate"
	"waybill/internal/embedded/embeddedtest"
)

// What docs/operations/recovery.md says of a ClickHouse that is lost: with its
// folder gone and the sink's group at the start of the topics, the tables are
// made anew, and a report says what it said before.
func TestClickHouseIsRebuilt(t *testing.T) {
	t.Parallel()
	needEngine(t)
	const prefix = "rebuilt."
	kafka := embeddedtest.Kafka(t)
	dir, keys := t.TempDir(), filepath.Join(t.TempDir(), "secrets.key")
	key, err := exec.Command("waybill", "secrets", "new-key").Output()
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(keys, key, 0o600))
	settings := []string{"--kafka-brokers", strings.Join(kafka, ","), "--kafka-prefix", prefix, "--secret-keys", keys, "--leave-on-shutdown"}
	onTime := func(up *running) string {
		command := exec.Command("waybill", "report", "on-time", "--by", "service", "--format", "csv")
		command.Env = append(os.Environ(), append(up.env(), "WAYBILL_KAFKA_PREFIX="+prefix)...)
		out, err := command.Output()
		require.NoError(t, err)
		return string(out)
	}

	up := startUp(t, dir, settings...)
	simulated := exec.Command("waybill", "simulate", "--parcels", "40", "--seed", "3", "--start", "2026-01-05T00:00:00Z", "--tenant", "sim", "--format", "json")
	simulated.Env = append(os.Environ(), append(up.env(), "WAYBILL_KAFKA_PREFIX="+prefix)...)
	made, err := simulated.Output()
	require.NoError(t, err)
	var truth simulate.Summary
	require.NoError(t, json.Unmarshal(made, &truth))
	up.requireTruth(t, "sim", truth) // offsets alone do not tell: what is held for its order has been taken up
	client, err := kgo.NewClient(kgo.SeedBrokers(kafka...))
	require.NoError(t, err)
	defer client.Close()
	admin := kadm.NewClient(client)
	awaitSettled(t, admin, prefix)
	before := onTime(up)
	require.Contains(t, before, "express,")
	require.Equal(t, exitDone, up.end(t, syscall.SIGTERM))

	require.NoError(t, os.RemoveAll(filepath.Join(dir, "clickhouse")))
	require.Eventually(t, func() bool { // once the group has seen its members go; it begins anew then, as with --to-earliest
		_, err := admin.DeleteGroup(t.Context(), prefix+"clickhouse")
		return err == nil
	}, patienceOfTests, 100*time.Millisecond)
	up = startUp(t, dir, settings...)
	require.Eventually(t, func() bool { return onTime(up) == before }, patienceOfTests, 100*time.Millisecond)
	require.Equal(t, exitDone, up.end(t, syscall.SIGTERM))
}

// awaitSettled waits until tracking and the sink have handled all there is.
func awaitSettled(t *testing.T, admin *kadm.Client, prefix string) {
	t.Helper()
	require.Eventually(t, func() bool {
		lags, err := admin.Lag(t.Context(), prefix+"tracking", prefix+"clickhouse")
		if err != nil || lags.Error() != nil {
			return false
		}
		return !slices.ContainsFunc(slices.Collect(maps.Values(lags)), func(group kadm.DescribedGroupLag) bool {
			return len(group.Lag) == 0 || group.Lag.Total() > 0
		})
	}, patienceOfTests, 100*time.Millisecond)
}

package disk_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"waybill/bench/disk"
	"waybill/bench/rig"
	"waybill/internal/embedded"
	"waybill/internal/embedded/embeddedtest"
)

// A test binary is also the server.
func TestMain(m *testing.M) { embeddedtest.Main(m) }

// Each source whose files are there has its column, each table its row, and what is
// large enough is judged.
func TestRun(t *testing.T) {
	section, err := disk.Run(t.Context(), &rig.Options{Seed: 1}, &disk.Options{Parcels: 50, Sources: []string{"simulated", "payloads", "recorded"}, Outside: t.TempDir()})
	if errors.Is(err, embedded.ErrNoLibrary) {
		t.Skipf("no ClickHouse for this test: %v", err)
	}
	require.NoError(t, err)
	require.Len(t, section.Blocks, 2)
	for _, row := range []string{"simulated", "payloads", "bytes for each event", "decisions", "webhooks", "usage"} {
		require.Contains(t, section.Blocks[0].Table.Render(), row)
	}
	require.NotContains(t, section.Blocks[0].Table.Render(), "recorded")
	require.Contains(t, section.Blocks[1].Table.Render(), "event_id")
	require.Len(t, section.Aims, 2)
	for _, aim := range section.Aims {
		require.Greater(t, aim.Have, 20.0, "an event has an id and times that no codec takes below this")
	}
}

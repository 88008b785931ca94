package soak

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"waybill/bench/deployed"
	"waybill/bench/rig"
	"waybill/bench/rig/rigtest"
	"waybill/internal/embedded/embeddedtest"
)

// A test binary is also the measured process, a broker and a ClickHouse.
func TestMain(m *testing.M) {
	rigtest.Main(m, rig.Kinds{deployed.Kind: rig.Kind(deployed.New)})
}

// A short soak, in which each fault comes once, ends with the truth.
func TestSoak(t *testing.T) {
	embeddedtest.ClickHouse(t) // skips where there is no library
	common := &rig.Options{Partitions: 2, Seed: 1, Patience: 2 * time.Minute}
	o := &Options{For: 18 * time.Second, Every: time.Second, FaultEvery: 3 * time.Second, SoakRate: 300, SoakParcels: 50}
	dir := t.TempDir()
	section, err := Run(t.Context(), common, o, dir)
	require.NoError(t, err)
	require.Contains(t, section.Terminal(), "parcels whose last status is the simulator's")
	for _, name := range []string{"soak-memory", "soak-delay", "soak-disk"} {
		svg, err := os.ReadFile(filepath.Join(dir, name+".svg"))
		require.NoError(t, err)
		for _, f := range faults() {
			require.Contains(t, string(svg), "<title>"+f.name)
		}
	}
}

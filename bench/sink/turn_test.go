package sink

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"waybill/bench/deployed"
	"waybill/bench/report"
	"waybill/bench/rig"
	"waybill/bench/rig/rigtest"
	"waybill/internal/embedded"
	"waybill/schemas"
)

// A test binary is also the measured process, a broker and ClickHouse.
func TestMain(m *testing.M) {
	rigtest.Main(m, rig.Kinds{deployed.Kind: rig.Kind(deployed.New), BlocksKind: rig.Kind(NewBlocks)})
}

func smallBench(t *testing.T) *bench {
	t.Helper()
	if _, err := embedded.FindLibrary(""); errors.Is(err, embedded.ErrNoLibrary) {
		t.Skipf("no ClickHouse for this test: %v", err)
	}
	codecs, err := schemas.NewCodecs()
	require.NoError(t, err)
	l, err := newLoad(codecs, 30, 1)
	require.NoError(t, err)
	return &bench{common: &rig.Options{Partitions: 2, Turns: 1, Patience: 3 * time.Minute}, load: l}
}

// One small turn of each, with real processes: the tables hold the load, and the
// ready-made blocks are those that the sink wrote.
func TestTurns(t *testing.T) {
	b := smallBench(t)
	p, err := b.pair(t.Context(), "")
	require.NoError(t, err)
	require.Equal(t, p.sink.Rows, p.bare.Rows)
	require.Greater(t, p.sink.Rows, b.load.raw)
	require.Positive(t, p.parts)
	for _, i := range []inserted{p.sink, p.bare} {
		require.Positive(t, i.Took)
		require.Positive(t, i.Client)
	}
}

// A turn in which something is missing from the tables gives no figure.
func TestAnIncompleteTurnIsRefused(t *testing.T) {
	b := smallBench(t)
	b.load.raw++
	_, err := b.pair(t.Context(), "")
	require.ErrorContains(t, err, "table decisions has")
}

func TestSection(t *testing.T) {
	ours := inserted{Took: 2 * time.Second, Client: 300 * time.Millisecond, Server: 700 * time.Millisecond, Rows: 100_000}
	bare := inserted{Took: time.Second, Client: 200 * time.Millisecond, Server: 300 * time.Millisecond, Rows: 100_000}
	p := pair{ours: rig.Turn{Records: 60_000, Took: 2 * time.Second, Used: rig.Usage{Allocations: 400_000, Peak: 90e6}}, sink: ours, bare: bare, parts: 12}
	b := &bench{common: &rig.Options{Turns: 1, Partitions: 2}, load: &load{raw: 50_000}}
	path := filepath.Join(t.TempDir(), "RESULTS.md")
	require.NoError(t, report.Update(path, rig.Machine{}, b.section([]pair{p}, quiet{partitions: 259, parts: 7.5, most: 1.5}), []string{Part}))
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Contains(t, string(text), "| sink | 50000 (50000 to 50000) | 3.00 (3.00 to 3.00) | 7.00 (7.00 to 7.00) | 50 (50 to 50) | 4.0 (4.0 to 4.0) | 90 (90 to 90) |")
	require.Contains(t, string(text), "| ready-made blocks | 100000 (100000 to 100000) | 2.00 (2.00 to 2.00) | 3.00 (3.00 to 3.00) |")
	require.Contains(t, string(text), "at least 60 %; 50 %: **not met**")
	require.Contains(t, string(text), "with 259 quiet partitions: at most 1 parts/s; 1.50 parts/s: **not met**")
}

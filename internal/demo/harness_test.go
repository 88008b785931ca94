package demo

import (
	"bufio"
	"compress/gzip"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/analytics/analyticstest"
	"waybill/internal/embedded/embeddedtest"
	"waybill/internal/roles/rolestest"
)

func TestMain(m *testing.M) { embeddedtest.Main(m) }

// patienceOfTests is how long each thing that is waited for may take: ten times what a
// machine takes that has little else to do.
const patienceOfTests = 10 * time.Minute

// options are those of a demo on services of its own, with topics and tables
// that no other test has.
func options(t *testing.T, flags ...string) Options {
	t.Helper()
	tables := analyticstest.Database(t)
	s := rolestest.Settings(t, append([]string{
		"--clickhouse-addr", tables.Addr[0], "--clickhouse-database", tables.Auth.Database, "--clock", "log",
	}, flags...)...)
	return Options{
		Dir: t.TempDir(), Settings: s, Kafka: []kgo.Opt{kgo.SeedBrokers(s.Kafka.Brokers...), kgo.MetadataMinAge(100 * time.Millisecond)},
		Version: "test", Logger: slog.New(slog.DiscardHandler), Patience: patienceOfTests,
		Step: func(string) {}, Progress: func(int, int) {},
	}
}

// play runs a demo and requires that it finds nothing wrong with its figures.
func play(t *testing.T, o Options) *Summary {
	t.Helper()
	s, err := Run(t.Context(), o)
	require.NoError(t, err)
	require.Empty(t, s.Differences())
	require.Positive(t, s.Seconds)
	return s
}

// firstRows writes the head and the first rows of the shipments that this
// build carries to a file.
func firstRows(t *testing.T, rows int) string {
	t.Helper()
	file, err := os.Open(filepath.Join("..", "..", "connectors", "replay", "data", "scms_shipments.csv.gz"))
	require.NoError(t, err)
	defer file.Close()
	text, err := gzip.NewReader(file)
	require.NoError(t, err)
	lines := bufio.NewScanner(text)
	var b strings.Builder
	for n := 0; n <= rows && lines.Scan(); n++ {
		b.WriteString(lines.Text() + "\n")
	}
	require.NoError(t, lines.Err())
	return writeFile(t, "rows.csv", b.String())
}

func writeFile(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

package main

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// The demo is killed in the middle of its load and started again: it checks
// every figure against what is known of its input, and all of them are right.
func TestDemoSurvivesKill(t *testing.T) {
	needEngine(t)
	t.Parallel()
	dir := t.TempDir()
	p := start(t, "demo", "--dir", dir)
	delivered(t, dir, 5000)(p)
	p.kill(t)
	t.Logf("killed when %d webhooks had come", received(t, dir))

	p = start(t, "demo", "--dir", dir)
	require.Equal(t, exitDone, p.wait(t), p.stderr.tail())
	text, _ := p.stdout.look()
	require.Contains(t, text, "Every number adds up.")
}

// A demo that is killed again and again, and loses its Kafka and its ClickHouse,
// ends with the figures of one that nobody disturbed.
func TestDemoSurvivesManyKills(t *testing.T) {
	needEngine(t)
	t.Parallel()
	input := firstRows(t, 2500)
	play := func(more ...string) *process {
		return start(t, append([]string{"demo", "--format", "json", "--patience", patienceOfTests.String(), "--map", "scms", "--input", input}, more...)...)
	}
	undisturbed := play()
	dir := t.TempDir()
	kill := func(p *process) { p.kill(t) }
	killPart := func(part string) func(p *process) {
		return func(p *process) {
			says(t, "publishing")(p) // what had come before may be enough, and nothing be up yet
			children := p.children(t)
			require.NoError(t, syscall.Kill(childNamed(t, children, part), syscall.SIGKILL))
			require.Equal(t, exitFailed, p.wait(t), "a demo without its %s", part)
			requireEnded(t, children)
		}
	}
	for _, moment := range []struct {
		name  string
		reach func(p *process)
		end   func(p *process)
	}{
		{"before the endpoint is there", says(t, "setting up a webhook endpoint"), kill},
		{"at the first record", says(t, "publishing"), kill},
		{"at the first webhooks", delivered(t, dir, 100), kill},
		{"early in the load", delivered(t, dir, 600), kill},
		{"in the middle, Kafka alone", delivered(t, dir, 1200), killPart("kafka")},
		{"in the middle, ClickHouse alone", delivered(t, dir, 1800), killPart("clickhouse")},
		{"late in the load", delivered(t, dir, 2400), kill},
		{"while it settles", says(t, "waiting until every event is judged"), kill},
	} {
		p := play("--dir", dir)
		moment.reach(p)
		moment.end(p)
		t.Logf("%s: %d webhooks had come", moment.name, received(t, dir))
	}
	want := figures(t, undisturbed)
	require.Equal(t, want, figures(t, play("--dir", dir)))
	require.Equal(t, want, figures(t, play("--dir", dir)), "once more, with nothing left to do")
}

// firstRows writes the head and the first rows of the shipments that this
// build carries to a file.
func firstRows(t *testing.T, rows int) string {
	t.Helper()
	file, err := os.Open(filepath.Join(projectRoot, "connectors", "replay", "data", "scms_shipments.csv.gz"))
	require.NoError(t, err)
	defer file.Close()
	text, err := gzip.NewReader(file)
	require.NoError(t, err)
	lines := bufio.NewScanner(text)
	var b bytes.Buffer
	for n := 0; n <= rows && lines.Scan(); n++ {
		b.Write(append(lines.Bytes(), '\n'))
	}
	require.NoError(t, lines.Err())
	path := filepath.Join(t.TempDir(), "rows.csv")
	require.NoError(t, os.WriteFile(path, b.Bytes(), 0o600))
	return path
}

// figures waits for the end of a demo and returns what it printed, but for the
// time it took.
func figures(t *testing.T, p *process) map[string]any {
	t.Helper()
	require.Equal(t, exitDone, p.wait(t), p.stderr.tail())
	text, _ := p.stdout.look()
	var summary map[string]any
	require.NoError(t, json.Unmarshal([]byte(text), &summary), text)
	require.Contains(t, summary, "seconds")
	delete(summary, "seconds")
	// A call that a kill cut off may be made again and leave a row more (W15).
	rows, ok := summary["clickhouse"].(map[string]any)
	require.True(t, ok)
	delete(rows, "webhook_attempts")
	return summary
}

// says waits for a step.
func says(t *testing.T, step string) func(p *process) {
	return func(p *process) { p.await(t, p.stderr, "• "+step) }
}

// delivered waits until the demo's receiver has written down so many webhooks.
func delivered(t *testing.T, dir string, webhooks int) func(p *process) {
	return func(p *process) {
		look := time.NewTicker(time.Millisecond)
		defer look.Stop()
		deadline := time.NewTimer(patienceOfTests)
		defer deadline.Stop()
		for received(t, dir) < webhooks {
			select {
			case <-look.C:
			case <-p.ended:
				require.FailNow(t, "the demo has ended", p.stderr.tail())
			case <-deadline.C:
				require.FailNow(t, "the webhooks do not come", p.stderr.tail())
			}
		}
	}
}

func received(t *testing.T, dir string) int {
	t.Helper()
	ledger, err := os.ReadFile(filepath.Join(dir, "received.ndjson"))
	if os.IsNotExist(err) {
		return 0
	}
	require.NoError(t, err)
	return bytes.Count(ledger, []byte("\n"))
}

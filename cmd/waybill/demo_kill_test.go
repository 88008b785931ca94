package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// A demo that is killed again and again, with and without its Kafka and its
// ClickHouse, ends with the figures of one that nobody disturbed.
func TestDemoSurvivesKills(t *testing.T) {
	needEngine(t)
	t.Parallel()
	undisturbed := start(t, "demo", "--format", "json")
	dir := t.TempDir()
	kill := func(p *process) { p.kill(t) }
	killPart := func(part string) func(p *process) {
		return func(p *process) {
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
		{"early in the load", delivered(t, dir, 2000), kill},
		{"in the middle, Kafka alone", delivered(t, dir, 4000), killPart("kafka")},
		{"in the middle, ClickHouse alone", delivered(t, dir, 6000), killPart("clickhouse")},
		{"late in the load", delivered(t, dir, 9000), kill},
		{"while it settles", says(t, "waiting until every event is judged"), kill},
	} {
		p := start(t, "demo", "--dir", dir, "--format", "json")
		moment.reach(p)
		moment.end(p)
		t.Logf("%s: %d webhooks had come", moment.name, received(t, dir))
	}
	want := figures(t, undisturbed)
	require.Equal(t, want, figures(t, start(t, "demo", "--dir", dir, "--format", "json")))
	require.Equal(t, want, figures(t, start(t, "demo", "--dir", dir, "--format", "json")), "once more, with nothing left to do")
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
	return summary
}

// says waits for a step.
func says(t *testing.T, step string) func(p *process) {
	return func(p *process) { p.await(t, p.stderr, "• "+step) }
}

// delivered waits until the demo's receiver has written down so many webhooks.
func delivered(t *testing.T, dir string, webhooks int) func(p *process) {
	return func(p *process) {
		require.Eventually(t, func() bool {
			select {
			case <-p.ended:
				require.FailNow(t, "the demo has ended", p.stderr.tail())
			default:
			}
			return received(t, dir) >= webhooks
		}, patienceOfTests, time.Millisecond)
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

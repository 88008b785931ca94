package main

import (
	"encoding/json"
	"maps"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"waybill/connectors/simulate"
)

// run runs a command on the deployment and returns its output.
func (r *running) run(t *testing.T, args ...string) string {
	t.Helper()
	command := exec.Command("waybill", args...)
	command.Env = append(os.Environ(), r.env()...)
	var stderr strings.Builder
	command.Stderr = &stderr
	out, err := command.Output()
	require.NoError(t, err, "waybill %s: %s", strings.Join(args, " "), &stderr)
	return string(out)
}

// onTime is what the report says in all, for comparison with a truth.
func (r *running) onTime(t *testing.T, tenant string) (figures map[string]float64) {
	t.Helper()
	var report struct {
		Totals map[string]any `json:"totals"`
	}
	text := r.run(t, "report", "on-time", "--tenant", tenant, "--format", "json")
	require.NoError(t, json.Unmarshal([]byte(text), &report), text)
	figures = make(map[string]float64)
	for _, name := range []string{"early", "on_time", "late", "open"} {
		figures[name], _ = report.Totals[name].(float64)
	}
	return figures
}

// requireTruth waits until the report says what is true of the simulated
// parcels.
func (r *running) requireTruth(t *testing.T, tenant string, truth simulate.Summary) {
	t.Helper()
	want := map[string]float64{
		"early": float64(truth.Early), "on_time": float64(truth.OnTime), "late": float64(truth.Late), "open": float64(truth.Open),
	}
	var have map[string]float64
	for deadline := time.Now().Add(patienceOfTests); time.Now().Before(deadline); {
		if have = r.onTime(t, tenant); maps.Equal(have, want) {
			break
		}
	}
	require.Equal(t, want, have)
}

func TestUpEndsInOrder(t *testing.T) {
	t.Parallel()
	up := startUp(t, t.TempDir())
	children := up.children(t)
	require.Len(t, children, 2, "Kafka and ClickHouse")
	require.Equal(t, exitDone, up.end(t, syscall.SIGTERM))
	requireEnded(t, children)
}

// What was published, decided and set up before a kill is there after it, and
// what was in hand goes on.
func TestUpSurvivesKill(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	up := startUp(t, dir)
	up.run(t, "endpoints", "add", "http://127.0.0.1:1/", "--tenant", "kept", "--skip-test", "--types", "tracking.delivered")
	up.run(t, "register", "royal-mail", "AB123456785GB", "--tenant", "kept", "--reference", "order-17")
	var truth simulate.Summary
	made := up.run(t, "simulate", "--parcels", "300", "--start", "2026-01-05T00:00:00Z", "--tenant", "sim", "--format", "json")
	require.NoError(t, json.Unmarshal([]byte(made), &truth))
	up.kill(t) // with most of it still to be worked on

	up = startUp(t, dir)
	up.requireTruth(t, "sim", truth)
	require.Contains(t, up.run(t, "track", "royal-mail", "AB123456785GB"), "reference order-17")
	require.Contains(t, up.run(t, "endpoints", "list", "--tenant", "kept"), " enabled ")
	up.kill(t)

	up = startUp(t, dir)
	up.requireTruth(t, "sim", truth)
	require.Equal(t, exitDone, up.end(t, syscall.SIGTERM))
}

// A deployment without its Kafka or its ClickHouse must not look as if it
// worked.
func TestUpEndsWithItsParts(t *testing.T) {
	for _, part := range []string{"kafka", "clickhouse"} {
		t.Run(part, func(t *testing.T) {
			t.Parallel()
			up := startUp(t, t.TempDir())
			children := up.children(t)
			pid := childNamed(t, children, part)
			require.NoError(t, syscall.Kill(pid, syscall.SIGKILL))
			require.Equal(t, exitFailed, up.wait(t))
			require.Contains(t, strings.ToLower(up.stderr.tail()), "waybill: watching the embedded "+part)
			requireEnded(t, children)
		})
	}
}

// childNamed finds the child that is a certain engine.
func childNamed(t *testing.T, children []int, engine string) int {
	t.Helper()
	for _, pid := range children {
		args, err := exec.Command("ps", "-o", "args=", "-p", strconv.Itoa(pid)).Output()
		require.NoError(t, err)
		if strings.Contains(string(args), " embedded-engine "+engine+" ") {
			return pid
		}
	}
	require.FailNow(t, "no child is "+engine)
	return 0
}

package main

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// metric is what is said of a metric: on the page, or by a process.
type metric struct {
	kind   string
	labels []string
	values map[string]map[string]bool // by label; of a process only
	row    string                     // of the page only
}

var (
	metricRow   = regexp.MustCompile("(?m)^\\| `(waybill_[a-z_]+)` \\|([^|]*)\\| (\\w+) \\|(.*)$")
	metricType  = regexp.MustCompile(`(?m)^# TYPE (waybill_\w+) (\w+)$`)
	metricLine  = regexp.MustCompile(`(?m)^(waybill_[a-z_]+?)(?:\{(.*)\})? \S+$`)
	metricLabel = regexp.MustCompile(`(\w+)="((?:[^"\\]|\\.)*)"`)
	histogram   = regexp.MustCompile(`_(bucket|sum|count)$`)
)

// openLabels have values that no page could list.
var openLabels = []string{"job_name", "topic", "table", "partition", "source", "route", "account", "version", "commit", "go"}

// passing are metrics that are not always there, and those that ClickHouse tells.
var passing = []string{
	"waybill_stream_restore_remaining_records", "waybill_stream_standby_lag_records",
	"waybill_rollup_age_seconds", "waybill_rollup_failed", "waybill_scans", "waybill_webhooks_expired",
}

// metricsPage reads docs/metrics.md.
func metricsPage(t *testing.T) map[string]metric {
	t.Helper()
	page, err := os.ReadFile(filepath.Join(projectRoot, "docs", "metrics.md"))
	require.NoError(t, err)
	metrics := map[string]metric{}
	for _, row := range metricRow.FindAllStringSubmatch(string(page), -1) {
		require.NotContains(t, metrics, row[1], "it stands there twice")
		m := metric{kind: row[3], row: row[4], labels: strings.FieldsFunc(row[2], func(r rune) bool { return strings.ContainsRune(", `", r) })}
		if strings.HasPrefix(row[1], "waybill_stream_") {
			m.labels = append(m.labels, "job_name")
		}
		slices.Sort(m.labels)
		metrics[row[1]] = m
	}
	return metrics
}

// exposed reads what a process tells Prometheus.
func exposed(text string) map[string]metric {
	metrics := map[string]metric{}
	for _, found := range metricType.FindAllStringSubmatch(text, -1) {
		metrics[found[1]] = metric{kind: found[2], values: map[string]map[string]bool{}}
	}
	for _, line := range metricLine.FindAllStringSubmatch(text, -1) {
		name := line[1]
		if _, ok := metrics[name]; !ok {
			name = histogram.ReplaceAllString(name, "")
		}
		m := metrics[name]
		for _, label := range metricLabel.FindAllStringSubmatch(line[2], -1) {
			if m.kind == "histogram" && label[1] == "le" {
				continue
			}
			if m.values[label[1]] == nil {
				m.values[label[1]] = map[string]bool{}
			}
			m.values[label[1]][label[2]] = true
		}
		m.labels = slices.Sorted(maps.Keys(m.values))
		metrics[name] = m
	}
	return metrics
}

// scrape asks a process for its metrics.
func (r *running) scrape(t *testing.T) string {
	t.Helper()
	answer, err := http.Get("http://" + r.HTTP + "/metrics")
	require.NoError(t, err)
	text, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	require.NoError(t, answer.Body.Close())
	return string(text)
}

// requireMetricsPage compares the page with what a process of all roles tells,
// both ways.
func requireMetricsPage(t *testing.T, up *running) {
	t.Helper()
	page := metricsPage(t)
	var text string
	require.Eventually(t, func() bool {
		text = up.scrape(t)
		told := exposed(text)
		for name := range page {
			if _, ok := told[name]; !ok && !slices.Contains(passing, name) {
				return false
			}
		}
		return true
	}, patienceOfTests, patienceOfTests/1000, "not all that the page lists is there")
	var untold []string
	for name, m := range exposed(text) {
		listed, ok := page[name]
		require.True(t, ok, "docs/metrics.md does not list %s", name)
		require.Equal(t, listed.kind, m.kind, name)
		require.Equal(t, listed.labels, append([]string{}, m.labels...), name)
		require.Equal(t, m.kind == "counter", strings.HasSuffix(name, "_total"), name)
		for label, values := range m.values {
			if slices.Contains(openLabels, label) {
				continue
			}
			for value := range values {
				if value != "" && !strings.Contains(listed.row, "`"+value+"`") {
					untold = append(untold, fmt.Sprintf("%s{%s=%q}", name, label, value))
				}
			}
		}
	}
	slices.Sort(untold)
	require.Empty(t, untold, "docs/metrics.md does not say what these are")
	requirePromtool(t, text)
}

// requirePromtool lets Prometheus's own tool judge the names and texts.
func requirePromtool(t *testing.T, text string) {
	t.Helper()
	tool, err := filepath.Abs(filepath.Join(projectRoot, "bin", "tools", "promtool"))
	require.NoError(t, err)
	if _, err := os.Stat(tool); err != nil {
		t.Logf("promtool does not judge the metrics, `make bin/tools/promtool` fetches it: %v", err)
		return
	}
	command := exec.CommandContext(t.Context(), tool, "check", "metrics")
	command.Stdin = strings.NewReader(text)
	out, err := command.CombinedOutput()
	require.NoError(t, err, string(out))
	require.Empty(t, string(bytes.TrimSpace(out)))
}

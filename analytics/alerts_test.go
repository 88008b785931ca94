package analytics_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"
)

// promtool is Prometheus's own; make test fetches it.
const promtool = "../bin/tools/promtool"

// alertRule is as much of a rule as the tests look at.
type alertRule struct {
	Alert       string            `yaml:"alert"`
	Expr        string            `yaml:"expr"`
	Labels      map[string]string `yaml:"labels"`
	Annotations map[string]string `yaml:"annotations"`
}

func alertRules(t *testing.T) []alertRule {
	t.Helper()
	text, err := os.ReadFile("alerts/waybill.yml")
	require.NoError(t, err)
	var file struct {
		Groups []struct {
			Rules []alertRule `yaml:"rules"`
		} `yaml:"groups"`
	}
	require.NoError(t, yaml.Unmarshal(text, &file))
	var rules []alertRule
	for _, group := range file.Groups {
		rules = append(rules, group.Rules...)
	}
	require.NotEmpty(t, rules)
	return rules
}

// Each alert has a section that says what to do, and each section an alert.
func TestEveryAlertHasARunbook(t *testing.T) {
	page, err := os.ReadFile("../docs/operations/alerts.md")
	require.NoError(t, err)
	_, section, found := strings.Cut(string(page), "\n## Alerts\n")
	require.True(t, found)
	var told, alerts []string
	for _, heading := range regexp.MustCompile(`(?m)^### (\w+)\n(\S+)`).FindAllStringSubmatch(section, -1) {
		told = append(told, heading[1])
	}
	for _, rule := range alertRules(t) {
		alerts = append(alerts, rule.Alert)
		require.Contains(t, []string{"critical", "warning", "info"}, rule.Labels["severity"], rule.Alert)
		require.NotEmpty(t, rule.Annotations["summary"], rule.Alert)
		require.NotEmpty(t, rule.Annotations["description"], rule.Alert)
		require.Equal(t, "docs/operations/alerts.md#"+strings.ToLower(rule.Alert), rule.Annotations["runbook"])
	}
	require.Equal(t, alerts, told, "the sections stand in the order of the rules")
	require.Len(t, slices.Compact(slices.Sorted(slices.Values(alerts))), len(alerts))
}

// series are what operators are told that there is: labels by name, and the row.
// The packages that make them compare the page with what they make.
func documentedSeries(t *testing.T) map[string]documented {
	t.Helper()
	page, err := os.ReadFile("../docs/metrics.md")
	require.NoError(t, err)
	series := map[string]documented{"up": {}} // Prometheus's own
	for _, row := range regexp.MustCompile("(?m)^\\| `(waybill_[a-z_]+)` \\|([^|]*)\\|(.*)$").FindAllStringSubmatch(string(page), -1) {
		d := documented{row: row[0], labels: strings.FieldsFunc(row[2], func(r rune) bool { return r == ',' || r == ' ' || r == '`' })}
		if strings.HasPrefix(row[1], "waybill_stream_") {
			d.labels = append(d.labels, "job_name")
		}
		series[row[1]] = d
	}
	return series
}

type documented struct {
	labels []string
	row    string
}

var (
	selector = regexp.MustCompile(`\b(waybill_[a-z_]+|up)\b(?:\{([^}]*)\})?`)
	matcher  = regexp.MustCompile(`(\w+)(?:=~|!~|!=|=)"([^"]*)"`)
	grouping = regexp.MustCompile(`\b(?:by|on|ignoring) \(([^)]*)\)`)
)

// requireSeries tells of a query to Prometheus that asks for what no process has.
func requireSeries(t *testing.T, series map[string]documented, query string) {
	t.Helper()
	// Prometheus puts these on what it reads.
	known := []string{"instance", "job"}
	found := selector.FindAllStringSubmatch(query, -1)
	require.NotEmpty(t, found, query)
	for _, s := range found {
		d, ok := series[s[1]]
		require.True(t, ok, "there is no series %s: %s", s[1], query)
		known = append(known, d.labels...)
		for _, m := range matcher.FindAllStringSubmatch(s[2], -1) {
			require.Contains(t, append([]string{"instance", "job"}, d.labels...), m[1], "%s has no label %s", s[1], m[1])
			if m[1] == "job_name" || m[1] == "job" || m[1] == "topic" || strings.HasPrefix(m[2], "$") {
				continue
			}
			for value := range strings.SplitSeq(m[2], "|") {
				require.Contains(t, d.row, "`"+value+"`", "%s never has %s=%q", s[1], m[1], value)
			}
		}
	}
	for _, g := range grouping.FindAllStringSubmatch(query, -1) {
		for label := range strings.SplitSeq(g[1], ", ") {
			require.Contains(t, known, label, query)
		}
	}
}

func TestAlertsAskForWhatThereIs(t *testing.T) {
	series := documentedSeries(t)
	for _, rule := range alertRules(t) {
		requireSeries(t, series, rule.Expr)
	}
}

// The names and labels of what ClickHouse itself tells.
func TestMetricsOfTheRollups(t *testing.T) {
	conn := load(t, latencyWorld()...)
	refresh(t, conn)
	var rows []struct {
		Name   string            `ch:"name"`
		Type   string            `ch:"type"`
		Help   string            `ch:"help"`
		Labels map[string]string `ch:"labels"`
		Value  float64           `ch:"value"`
	}
	require.NoError(t, conn.Select(t.Context(), &rows, "SELECT * FROM metrics ORDER BY name"))
	series, values := documentedSeries(t), map[string]float64{}
	for _, r := range rows {
		d, ok := series[r.Name]
		require.True(t, ok, r.Name)
		require.Equal(t, "gauge", r.Type)
		require.NotEmpty(t, r.Help)
		var labels []string
		for label := range r.Labels {
			labels = append(labels, label)
		}
		require.ElementsMatch(t, d.labels, labels, r.Name)
		if what := r.Labels["what"]; what != "" {
			require.Contains(t, d.row, "`"+what+"`")
			values[strings.Join([]string{r.Labels["carrier"], r.Labels["source"], what, r.Labels["period"]}, " ")] = r.Value
		}
	}
	// The decisions were received on 9 May, three weeks before what is now: too long ago.
	require.Empty(t, values)

	require.NoError(t, conn.Exec(t.Context(), `
		INSERT INTO decisions (carrier, tracking_number, source_topic, source_offset, decision, source, received_at, occurred_at, warnings, version) VALUES
			('beta', 'B', 'carrier-events', 1, 'accepted', 'pull', '2026-05-31 00:00:00', '2026-05-30', [], 1),
			('beta', 'B', 'carrier-events', 2, 'duplicate', 'pull', '2026-06-01 00:00:00', '2026-05-30', ['unmapped'], 1),
			('beta', 'B', 'carrier-events', 3, 'late', 'pull', '2026-05-30 23:59:59', '2026-05-30', [], 1),
			('beta', 'B', 'carrier-events', 4, 'late', 'pull', '2026-05-17 00:00:00', '2026-05-16', [], 1),
			('beta', 'B', 'carrier-events', 5, 'late', 'pull', '2026-05-16 23:59:59', '2026-05-16', [], 1)`))
	refresh(t, conn)
	require.NoError(t, conn.Select(t.Context(), &rows, "SELECT * FROM metrics WHERE name = 'waybill_scans'"))
	for _, r := range rows {
		values[r.Labels["what"]+" "+r.Labels["period"]] = r.Value
	}
	require.Equal(t, map[string]float64{
		"raw_events recent": 2, "duplicates recent": 1, "unmapped recent": 1, "late recent": 0, "future recent": 0,
		"raw_events before": 2, "duplicates before": 0, "unmapped before": 0, "late before": 2, "future before": 0,
	}, values)
}

// What Prometheus itself says of the rules, their tests and the configuration.
func TestPrometheusTakesTheAlerts(t *testing.T) {
	for _, args := range [][]string{
		{"check", "rules", "waybill.yml"},
		{"test", "rules", "waybill_test.yml"},
		{"check", "config", "--syntax-only", "prometheus.yml"},
	} {
		runPromtool(t, args...)
	}
}

func runPromtool(t *testing.T, args ...string) {
	t.Helper()
	tool, err := filepath.Abs(promtool)
	require.NoError(t, err)
	if _, err := os.Stat(tool); err != nil {
		t.Skipf("no promtool for this test, make bin/tools/promtool fetches it: %v", err)
	}
	command := exec.CommandContext(t.Context(), tool, args...)
	command.Dir = "alerts"
	out, err := command.CombinedOutput()
	require.NoError(t, err, "promtool %s: %s", strings.Join(args, " "), out)
}

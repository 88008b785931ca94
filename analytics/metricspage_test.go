package analytics_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// The page of metrics says of each which alerts and which dashboards ask for it.
func TestMetricsSayWhoAsks(t *testing.T) {
	asked := map[string][]string{}
	note := func(query, who string) {
		for _, name := range regexp.MustCompile(`\bwaybill_[a-z_]+`).FindAllString(query, -1) {
			if !slices.Contains(asked[name], who) {
				asked[name] = append(asked[name], who)
			}
		}
	}
	for _, rule := range alertRules(t) {
		note(rule.Expr, fmt.Sprintf("[%s](operations/alerts.md#%s)", rule.Alert, strings.ToLower(rule.Alert)))
	}
	files, err := filepath.Glob("dashboards/*.json")
	require.NoError(t, err)
	all := boards(t)
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".json")
		for _, panel := range all["waybill-"+name].Panels {
			for _, target := range panel.Targets {
				note(target.Expr, "dashboard "+name)
			}
		}
	}
	page, err := os.ReadFile("../docs/metrics.md")
	require.NoError(t, err)
	told := map[string][]string{}
	for _, row := range regexp.MustCompile("(?m)^\\| `(waybill_[a-z_]+)` \\|.*\\|([^|]*)\\|$").FindAllStringSubmatch(string(page), -1) {
		if row[2] = strings.TrimSpace(row[2]); row[2] != "" {
			told[row[1]] = strings.Split(row[2], ", ")
		}
	}
	require.Equal(t, asked, told)
}

package analytics_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"waybill/analytics"
)

// board is as much of a Grafana dashboard as the tests look at.
type board struct {
	UID           string       `json:"uid"`
	Title         string       `json:"title"`
	Description   string       `json:"description"`
	SchemaVersion int          `json:"schemaVersion"`
	Tags          []string     `json:"tags"`
	Panels        []boardPanel `json:"panels"`
	Templating    struct {
		List []boardVariable `json:"list"`
	} `json:"templating"`
}

type boardPanel struct {
	ID          int             `json:"id"`
	Type        string          `json:"type"`
	Title       string          `json:"title"`
	Description string          `json:"description"`
	Datasource  boardDatasource `json:"datasource"`
	GridPos     struct{ H, W, X, Y int }
	FieldConfig struct {
		Defaults struct {
			Unit string `json:"unit"`
		} `json:"defaults"`
		Overrides []boardOverride `json:"overrides"`
	} `json:"fieldConfig"`
	Options struct {
		XField string `json:"xField"`
	} `json:"options"`
	Targets []boardTarget `json:"targets"`
}

type boardDatasource struct{ Type, UID string }

type boardTarget struct {
	RefID      string          `json:"refId"`
	Datasource boardDatasource `json:"datasource"`
	RawSQL     string          `json:"rawSql"`
	Expr       string          `json:"expr"`
}

type boardOverride struct {
	Matcher    struct{ Options string } `json:"matcher"`
	Properties []struct {
		ID    string          `json:"id"`
		Value json.RawMessage `json:"value"`
	} `json:"properties"`
}

type boardVariable struct {
	Name        string          `json:"name"`
	Label       string          `json:"label"`
	Type        string          `json:"type"`
	Description string          `json:"description"`
	AllValue    string          `json:"allValue"`
	Query       json.RawMessage `json:"query"`
	Options     []struct {
		Value string `json:"value"`
	} `json:"options"`
}

// boards reads the dashboards, by uid.
func boards(t *testing.T) map[string]board {
	t.Helper()
	files, err := filepath.Glob("dashboards/*.json")
	require.NoError(t, err)
	all := map[string]board{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		var b board
		require.NoError(t, json.Unmarshal(text, &b), file)
		require.Equal(t, "waybill-"+strings.TrimSuffix(filepath.Base(file), ".json"), b.UID)
		all[b.UID] = b
	}
	require.Equal(t, []string{"waybill-carriers", "waybill-delays", "waybill-exceptions", "waybill-pipeline", "waybill-webhooks"}, slices.Sorted(maps.Keys(all)))
	return all
}

// sources are the data sources that are provisioned, type by uid.
func sources(t *testing.T) map[string]string {
	t.Helper()
	text, err := os.ReadFile("dashboards/provisioning/datasources/waybill.yml")
	require.NoError(t, err)
	var file struct {
		Datasources []struct{ UID, Type string } `yaml:"datasources"`
	}
	require.NoError(t, yaml.Unmarshal(text, &file))
	types := map[string]string{}
	for _, d := range file.Datasources {
		types[d.UID] = d.Type
	}
	return types
}

var (
	variableUse = regexp.MustCompile(`\$\{?([a-z_]+)`)
	boardLink   = regexp.MustCompile(`/d/([a-z-]+)\?`)
	linkedTo    = regexp.MustCompile(`var-(\w+)=`)
)

func TestDashboardsAreWhole(t *testing.T) {
	all, known := boards(t), sources(t)
	for uid, b := range all {
		require.NotEmpty(t, b.Title, uid)
		require.NotEmpty(t, b.Description, uid)
		require.GreaterOrEqual(t, b.SchemaVersion, 41, uid)
		require.Contains(t, b.Tags, "waybill", uid)
		variables := map[string]bool{"tenant": false}
		for _, v := range b.Templating.List {
			require.NotEmpty(t, v.Label, "%s: %s", uid, v.Name)
			require.NotEmpty(t, v.Description, "%s: %s", uid, v.Name)
			variables[v.Name] = true
		}
		ids := map[int]bool{}
		for _, p := range b.Panels {
			about := uid + ": " + p.Title
			require.NotEmpty(t, p.Title, about)
			require.False(t, ids[p.ID], about)
			ids[p.ID] = true
			require.LessOrEqual(t, p.GridPos.X+p.GridPos.W, 24, about)
			if p.Type == "row" {
				continue
			}
			require.NotEmpty(t, p.Description, about)
			require.NotEmpty(t, p.FieldConfig.Defaults.Unit, about)
			require.NotEmpty(t, p.Targets, about)
			for _, target := range p.Targets {
				require.Equal(t, known[target.Datasource.UID], target.Datasource.Type, about)
				require.NotEmpty(t, target.Datasource.Type, about)
				for _, use := range variableUse.FindAllStringSubmatch(target.RawSQL+target.Expr, -1) {
					require.True(t, strings.HasPrefix(use[1], "__") || variables[use[1]], "%s: $%s", about, use[1])
				}
			}
			for _, o := range p.FieldConfig.Overrides {
				requireLinks(t, all, o)
			}
		}
	}
}

// requireLinks tells of a link to a dashboard or a variable that there is not.
func requireLinks(t *testing.T, all map[string]board, o boardOverride) {
	t.Helper()
	for _, property := range o.Properties {
		to := boardLink.FindSubmatch(property.Value)
		if property.ID != "links" {
			continue
		}
		require.NotNil(t, to, "%s", property.Value)
		require.Contains(t, all, string(to[1]))
		for _, name := range linkedTo.FindAllSubmatch(property.Value, -1) {
			require.True(t, slices.ContainsFunc(all[string(to[1])].Templating.List, func(v boardVariable) bool { return v.Name == string(name[1]) }), "%s", property.Value)
		}
	}
}

// choices are the values of variables; one that is not named is All.
type choices map[string]string

// expand does with a query what Grafana and its plugin for ClickHouse do: macros,
// then variables. The time shown is 1 April to 15 June 2026.
func (c choices) expand(t *testing.T, b board, query string) string {
	t.Helper()
	const macro = "$__conditionalAll("
	for at := strings.Index(query, macro); at >= 0; at = strings.Index(query, macro) {
		end, depth := at+len(macro), 1
		for ; depth > 0; end++ {
			depth += strings.Count(query[end:end+1], "(") - strings.Count(query[end:end+1], ")")
		}
		arguments := query[at+len(macro) : end-1]
		cut := strings.LastIndex(arguments, ", $")
		condition, name := arguments[:cut], arguments[cut+len(", $"):]
		if c[name] == "" {
			condition = "1=1"
		}
		query = query[:at] + condition + query[end:]
	}
	query = strings.NewReplacer(
		"$__fromTime", fmt.Sprintf("toDateTime(%d)", day(2026, 4, 1).Unix()), "$__toTime", fmt.Sprintf("toDateTime(%d)", day(2026, 6, 15).Unix()),
	).Replace(query)
	for _, v := range b.Templating.List {
		value := c[v.Name]
		if value == "" && v.Type == "custom" {
			value = v.Options[0].Value
		}
		quoted := "'" + strings.ReplaceAll(value, "'", "''") + "'"
		if value == "" {
			require.True(t, v.AllValue != "" || !strings.Contains(query, "${"+v.Name), "what is All of %s?", v.Name)
			quoted = v.AllValue // as it stands: it is not quoted
		}
		query = strings.NewReplacer("${"+v.Name+":sqlstring}", quoted, "${"+v.Name+"}", value).Replace(query)
	}
	require.NotContains(t, query, "$")
	return query
}

// Every query of a panel and of a variable is run on the engine, and gives what
// the panel uses.
func TestPanelsOfClickHouse(t *testing.T) {
	conn := load(t, slices.Concat(webhookWorld(), latencyWorld(), world())...)
	refresh(t, conn)
	for uid, b := range boards(t) {
		for _, chosen := range []choices{{}, {"tenant": "x", "carrier": "alpha", "lane": "CN-DE", "dates": "registered", "xdates": "registered"}} {
			for _, v := range b.Templating.List {
				if v.Type != "query" {
					continue
				}
				var query struct {
					RawSQL string `json:"rawSql"`
				}
				require.NoError(t, json.Unmarshal(v.Query, &query))
				answer := ask(t, conn, chosen.expand(t, b, query.RawSQL), analytics.Params{})
				require.NotEmpty(t, answer.Rows, "%s: variable %s", uid, v.Name)
				require.Len(t, answer.Columns, 1)
			}
			for _, p := range b.Panels {
				for _, target := range p.Targets {
					if target.RawSQL != "" {
						requirePanel(t, conn, uid, p, chosen.expand(t, b, target.RawSQL))
					}
				}
			}
		}
	}
}

// requirePanel runs a query and looks for the columns that its panel uses.
func requirePanel(t *testing.T, conn driver.Conn, uid string, p boardPanel, query string) {
	t.Helper()
	about := uid + ": " + p.Title
	answer := ask(t, conn, query, analytics.Params{})
	require.NotEmpty(t, answer.Rows, "%s\n%s", about, query)
	var columns []string
	for _, c := range answer.Columns {
		columns = append(columns, c.Name)
	}
	switch p.Type {
	case "timeseries":
		require.Equal(t, "time", columns[0], about)
		require.Contains(t, answer.Columns[0].Type, "DateTime", about)
		require.GreaterOrEqual(t, len(columns), 2, about)
	case "stat":
		require.Len(t, columns, 1, about)
		require.Len(t, answer.Rows, 1, about)
		require.NotNil(t, answer.Rows[0][0], "%s\n%s", about, query)
	case "barchart":
		require.Equal(t, columns[0], p.Options.XField, about)
	}
	for _, o := range p.FieldConfig.Overrides {
		require.Contains(t, columns, o.Matcher.Options, about)
	}
}

// What the first look shows is what the reports say: of 9 with a measure 5 in
// time, 2 overdue, 5 exceptions of 14 parcels; of webhooks
// 7 delivered and 2 expired.
func TestDashboardsShowTheTruth(t *testing.T) {
	conn := load(t, append(webhookWorld(), world()...)...)
	refresh(t, conn)
	for _, test := range []struct {
		uid, panel string
		want       float64
	}{
		{"waybill-delays", "On time", 5. / 9},
		{"waybill-delays", "Not late by the carrier", 6. / 9},
		{"waybill-delays", "Overdue now", 2},
		{"waybill-exceptions", "Exceptions per 1,000 parcels", 5000. / 14},
		{"waybill-exceptions", "Open now", 1},
		{"waybill-carriers", "Parcels", 10},
		{"waybill-webhooks", "Delivered", 7. / 9},
		{"waybill-webhooks", "Expired", 2},
	} {
		b := boards(t)[test.uid]
		p := b.Panels[slices.IndexFunc(b.Panels, func(p boardPanel) bool { return p.Title == test.panel })]
		answer := ask(t, conn, "SELECT toFloat64(*) FROM ("+choices{}.expand(t, b, p.Targets[0].RawSQL)+")", analytics.Params{})
		require.InDelta(t, test.want, answer.Rows[0][0], 0.0001, test.panel)
	}
}

// Every query to Prometheus asks for series that there are, and is one that
// Prometheus reads.
func TestPanelsOfPrometheus(t *testing.T) {
	series := documentedSeries(t)
	type rule struct {
		Record string `yaml:"record"`
		Expr   string `yaml:"expr"`
	}
	var rules []rule
	for _, b := range boards(t) {
		for _, p := range b.Panels {
			for _, target := range p.Targets {
				if target.Expr == "" {
					continue
				}
				requireSeries(t, series, target.Expr)
				rules = append(rules, rule{fmt.Sprintf("panel:%d", len(rules)), strings.ReplaceAll(target.Expr, "$__rate_interval", "1m")})
			}
		}
	}
	require.Greater(t, len(rules), 20)
	text, err := yaml.Marshal(map[string]any{"groups": []any{map[string]any{"name": "panels", "rules": rules}}})
	require.NoError(t, err)
	file := filepath.Join(t.TempDir(), "panels.yml")
	require.NoError(t, os.WriteFile(file, text, 0o600))
	runPromtool(t, "check", "rules", file)
}

package grants_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"waybill/analytics"
	"waybill/analytics/grants"
)

// Each of two tenants reads what is its own, in every table, and nothing of the
// other's; the operator reads both.
func TestEachTenantReadsItsOwn(t *testing.T) {
	e := startEngine(t)
	for i, tenant := range tenants {
		mine, theirs := "mark"+string(rune('0'+i)), "mark"+string(rune('1'-i))
		for _, name := range grants.Readable() {
			rows := e.ask(t, tenant, "SELECT * FROM "+name+" FORMAT JSONEachRow")
			require.NotEmpty(t, rows, name)
			require.NotContains(t, rows, theirs, name)
			require.NotContains(t, e.ask(t, tenant, "SELECT DISTINCT tenant FROM "+name+" FORMAT JSONEachRow"), quoted(tenants[1-i]), name)
			require.Equal(t, "1\n", e.ask(t, tenant, "SELECT uniqExact(tenant) FROM "+name), name)
			require.NotEqual(t, "1\n", e.ask(t, "", "SELECT uniqExact(tenant) FROM waybill."+name), "the operator reads all of %s", name)
			if !strings.Contains(name, "rollup_") && name != "tenant_lives" {
				require.Contains(t, rows, mine, name)
			}
		}
		require.Equal(t, "2\n", e.ask(t, tenant, "SELECT count() FROM tenant_registrations"), "final, without being asked for")
	}
	require.Contains(t, e.ask(t, tenants[0], "SELECT description FROM tenant_events"), "early")
	require.NotContains(t, e.ask(t, tenants[1], "SELECT description FROM tenant_events"), "early", "it registered later, with no backfill (R5)")
}

// What a tenant's people may try, and get nothing by.
func TestNoWayAroundAGrant(t *testing.T) {
	e := startEngine(t)
	other := quoteSQL(tenants[1])
	for _, attack := range []string{
		"SELECT * FROM tracking_events", "SELECT * FROM shipments", "SELECT * FROM exception_episodes", "SELECT * FROM eta_changes", "SELECT * FROM decisions", "SELECT * FROM rollup_scans",
		"SELECT * FROM tenant_registrations WHERE tenant = " + other,
		"SELECT * FROM tenant_registrations WHERE 1 OR tenant = " + other,
		"SELECT * FROM tenant_registrations PREWHERE throwIf(tenant = " + other + ", tracking_number) = 0",
		"SELECT * FROM tenant_events WHERE throwIf(tenant = " + other + ", 'mark1') = 0",
		"SELECT * FROM tenant_registrations UNION ALL SELECT * FROM waybill.tenant_registrations",
		"SELECT * FROM tenant_registrations FULL JOIN (SELECT * FROM waybill.tenant_registrations) AS o USING (tracking_number)",
		"SELECT * FROM merge('waybill', '.*')", "SELECT * FROM merge('.*', 'registrations')", "SELECT * FROM merge('.*', 'tenant_.*')",
		"SELECT * FROM remote('127.0.0.1', waybill.tenant_registrations)", "SELECT * FROM remote('127.0.0.1', 'waybill', 'registrations', 'default', '')",
		"SELECT * FROM cluster('default', waybill.tenant_registrations)", "SELECT * FROM url('http://127.0.0.1:8123/?query=SELECT+1', CSV)",
		"SELECT * FROM file('*', LineAsString)", "SELECT * FROM mergeTreeIndex('waybill', 'registrations')", "SELECT * FROM mergeTreeIndex('waybill', 'tenant_registrations')", "SELECT tracking_number FROM mergeTreeIndex('waybill', 'registrations')",
		"SELECT * FROM mergeTreeProjection('waybill', 'registrations', 'x')", "SELECT * FROM mergeTreeAnalyzeIndexes('waybill', 'registrations')",
		"SELECT * FROM registrations", "SELECT * FROM usage", "SELECT * FROM webhooks", "SELECT * FROM remote('127.0.0.1', waybill.registrations)", "SELECT * FROM view(SELECT * FROM registrations)",
		"SELECT dictGet('waybill.x', 'y', 1)", "SELECT joinGet('waybill.x', 'y', 1)",
		"SELECT * FROM tenant_registrations SETTINGS final = 0", "SELECT * FROM tenant_registrations SETTINGS max_memory_usage = 0", "SELECT * FROM tenant_registrations SETTINGS max_execution_time = 0",
		"SELECT * FROM tenant_registrations SETTINGS additional_table_filters = {'waybill.tenant_registrations': '1'}", "SELECT * FROM tenant_registrations SETTINGS additional_result_filter = '1'",
		"SELECT * FROM tenant_registrations SETTINGS allow_ddl = 1, readonly = 0", "SELECT * FROM tenant_registrations SETTINGS apply_mutations_on_fly = 1",
		"SELECT query FROM system.processes", "SELECT * FROM system.parts", "SELECT * FROM system.users", "SELECT * FROM system.row_policies", "SELECT * FROM system.grants",
		"SELECT * FROM system.columns WHERE table = 'tracking_events'", "SELECT create_table_query FROM system.tables WHERE name = 'shipments'", "SELECT * FROM system.mutations", "SELECT * FROM system.view_refreshes",
		"SHOW CREATE TABLE shipments", "SHOW CREATE USER default", "SHOW ROW POLICIES", "DESCRIBE TABLE shipments",
		"INSERT INTO registrations (tenant) VALUES ('x')", "ALTER TABLE registrations DELETE WHERE 1", "TRUNCATE TABLE registrations", "DROP TABLE registrations", "CREATE TABLE x (a Int8) ENGINE = Memory",
		"CREATE VIEW x AS SELECT * FROM tenant_registrations", "OPTIMIZE TABLE registrations FINAL", "KILL QUERY WHERE 1", "SYSTEM STOP MERGES registrations", "SYSTEM REFRESH VIEW refresh_outcomes",
		"CREATE USER x", "GRANT SELECT ON *.* TO reader_acme", "SET ROLE ALL", "SET readonly = 0", "SET final = 0", "EXECUTE AS default SELECT * FROM waybill.tenant_registrations",
		"SELECT * FROM tenant_registrations INTO OUTFILE '/tmp/x'", "BACKUP TABLE registrations TO Disk('default', 'x')", "ATTACH TABLE x", "CREATE FUNCTION f AS x -> x",
	} {
		status, text := e.try(t, tenants[0], attack)
		require.NotContains(t, text, "mark1", attack)
		if status == http.StatusOK {
			require.True(t, strings.HasPrefix(attack, "SELECT") || strings.HasPrefix(attack, "SHOW") || strings.HasPrefix(attack, "SET ROLE"), "%s: %s", attack, text)
		}
	}
	require.Equal(t, "4\n", e.ask(t, "", "SELECT count() FROM waybill.registrations SETTINGS final = 1"), "and nothing was changed")
	for user, key := range map[string]string{grants.UserName(tenants[0]): "", grants.UserName(tenants[1]): "guessed"} {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+e.HTTPAddr()+"/", strings.NewReader("SELECT 1"))
		require.NoError(t, err)
		request.Header.Set("X-Clickhouse-User", user)
		request.Header.Set("X-Clickhouse-Key", key)
		answer, err := http.DefaultClient.Do(request)
		require.NoError(t, err)
		require.NoError(t, answer.Body.Close())
		require.Equal(t, http.StatusForbidden, answer.StatusCode)
	}
}

// A table that comes to have tenants has a view, or none for a reason.
func TestEveryTableWithTenantsIsThoughtOf(t *testing.T) {
	e := startEngine(t)
	withheld := map[string]string{
		"tracking_events": "the carrier's side: tenant_events shows each its part",
		"erasures":        "tells of others who follow the parcel: a tenant's own acts are in tenant_events",
	}
	for name := range strings.FieldsSeq(e.ask(t, "", "SELECT table FROM system.columns WHERE database = 'waybill' AND name = 'tenant' AND table NOT LIKE 'refresh%'")) {
		thoughtOf := withheld[name] != "" || slices.Contains(grants.Readable(), name) || slices.Contains(grants.Readable(), analytics.TenantView(name))
		require.True(t, thoughtOf, "%s has a column tenant: grant it, or say why not", name)
	}
}

// The embedded engine keeps no users that SQL makes, but it reads the statements
// as a server does. That they say the same as the file is held by the names and
// the filter.
func TestStatementsForAServer(t *testing.T) {
	e := startEngine(t)
	for _, tenant := range tenants {
		g := grantOf(tenant)
		all := strings.Split(strings.TrimSuffix(g.SQL(), ";\n"), ";\n")
		require.Len(t, all, 3+2*len(grants.Readable()))
		for _, statement := range slices.Concat(all, strings.Split(strings.TrimSuffix(g.RevokeSQL(), ";\n"), ";\n")) {
			e.ask(t, "", "EXPLAIN AST "+statement)
		}
		wide := *g
		wide.Cluster = "three"
		for statement := range strings.SplitSeq(strings.TrimSuffix(wide.SQL()+wide.RevokeSQL(), ";\n"), ";\n") {
			require.Contains(t, statement, " ON CLUSTER 'three'")
			e.ask(t, "", "EXPLAIN AST "+statement)
		}
		for i, name := range grants.Readable() {
			filter := "tenant = " + quoteSQL(tenant)
			require.Equal(t, "CREATE ROW POLICY OR REPLACE `"+g.User+"` ON `waybill`."+name+" FOR SELECT USING "+filter+" TO `"+g.User+"`", all[3+i])
			require.Equal(t, "GRANT SELECT ON `waybill`."+name+" TO `"+g.User+"`", all[3+len(grants.Readable())+i], "after every filter")
			require.Equal(t, "1\n", e.ask(t, "", "SELECT count() FROM (SELECT "+quoteSQL(tenant)+" AS tenant) WHERE "+filter))
		}
	}
}

func quoteSQL(text string) string {
	return "'" + strings.ReplaceAll(strings.ReplaceAll(text, `\`, `\\`), `'`, `\'`) + "'"
}

// quoted is a text as JSON has it.
func quoted(text string) string { return `"` + strings.ReplaceAll(text, `\`, `\\`) + `"` }

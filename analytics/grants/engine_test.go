package grants_test

import (
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/stretchr/testify/require"

	"waybill/analytics"
	"waybill/analytics/grants"
	"waybill/internal/embedded"
	"waybill/internal/embedded/embeddedtest"
)

func TestMain(m *testing.M) { embeddedtest.Main(m) }

// tenants are two who would like to read each other. The name of the one would
// be the other's filter, were it not quoted.
var tenants = []string{`acme`, `beta' OR tenant != '\`}

// engine is a ClickHouse that has users of both tenants, and rows of both in
// every table.
type engine struct{ *embedded.ClickHouse }

func startEngine(t *testing.T) engine {
	t.Helper()
	dir := t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(dir, "users.d"), 0o750))
	for _, tenant := range tenants {
		file, err := grantOf(tenant).XML()
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(dir, "users.d", grants.UserName(tenant)+".xml"), []byte(file), 0o600))
	}
	server, err := embedded.StartClickHouse(t.Context(), embedded.ClickHouseOptions{DataDir: dir})
	if errors.Is(err, embedded.ErrNoLibrary) {
		t.Skipf("no ClickHouse for this test: %v", err)
	}
	require.NoError(t, err)
	t.Cleanup(func() {
		http.DefaultClient.CloseIdleConnections()
		require.NoError(t, server.Close())
	})
	options := &clickhouse.Options{Addr: []string{server.Addr()}}
	options.Auth.Database = "waybill"
	_, err = analytics.Migrate(t.Context(), options)
	require.NoError(t, err)
	e := engine{server}
	e.fill(t)
	return e
}

// fill writes a parcel of each tenant alone, and one that both follow, of which
// the second tenant sees nothing that happened before it came.
func (e engine) fill(t *testing.T) {
	t.Helper()
	for i, tenant := range tenants {
		mark := "mark" + string(rune('0'+i))
		values := strings.NewReplacer("TENANT", strings.ReplaceAll(strings.ReplaceAll(tenant, `\`, `\\`), `'`, `\'`), "MARK", mark)
		for _, insert := range []string{
			`registrations (tenant, carrier, tracking_number, epoch, registration_id, state, backfill, reference, registered_at, first_of_parcel, first_of_tenant, version) VALUES
				('TENANT', 'dhl', 'MARK', '2026-05-01', 'MARK', 'active', 'all', 'MARK', '2026-05-01', 1, 1, 1), ('TENANT', 'dhl', 'MARK', '2026-05-01', 'MARK', 'active', 'all', 'MARK', '2026-05-01', 1, 1, 2),
				('TENANT', 'dhl', 'shared', '2026-05-01', 'MARK-shared', 'active', 'none', 'MARK', '2026-05-0` + string(rune('1'+8*i)) + `', 1, 1, 2)`,
			`shipments (carrier, tracking_number, epoch, updated_at, version) VALUES ('dhl', 'MARK', '2026-05-01', '2026-06-01', 2), ('dhl', 'shared', '2026-05-01', '2026-06-01', 2)`,
			`tracking_events (carrier, tracking_number, epoch, event_id, type, description, occurred_at, occurred_precision, version) VALUES
				('dhl', 'MARK', '2026-05-01', 'e', 'tracking.event', 'MARK', '2026-05-02', 'second', 2), ('dhl', 'shared', '2026-05-01', 'e', 'tracking.event', 'early', '2026-05-02', 'second', 2)`,
			`exception_episodes (carrier, tracking_number, epoch, opening_event_id, opened_at, code, version) VALUES
				('dhl', 'MARK', '2026-05-01', 'e', '2026-05-02', 'exc.MARK', 2), ('dhl', 'shared', '2026-05-01', 'e', '2026-05-02', 'exc.early', 2)`,
			`eta_changes (carrier, tracking_number, epoch, causing_event_id, changed_at, reason, version) VALUES
				('dhl', 'MARK', '2026-05-01', 'e', '2026-05-02', 'MARK', 2), ('dhl', 'shared', '2026-05-01', 'e', '2026-05-02', 'early', 2)`,
			`decisions (carrier, tracking_number, epoch, source_topic, source_offset, decision, event_id, reason, occurred_at, version) VALUES
				('dhl', 'MARK', '2026-05-01', 't', 1, 'accepted', 'e', 'MARK', '2026-05-02', 2), ('dhl', 'shared', '2026-05-01', 't', 1, 'accepted', 'e', 'early', '2026-05-02', 2)`,
			`acknowledgements (tenant, registration_id, actor, version) VALUES ('TENANT', 'MARK', 'MARK', 1)`,
			`usage (tenant, registration_id, version) VALUES ('TENANT', 'MARK', 1)`,
			`webhooks (tenant, source_offset, job_id, body, arrived_at, version) VALUES ('TENANT', ` + string(rune('1'+i)) + `, 'MARK', 'MARK', now(), 1)`,
			`webhook_attempts (tenant, endpoint_id, job_id, outcome, version) VALUES ('TENANT', 'ep_MARK', 'MARK', 'delivered', 1)`,
			`audit (tenant, occurred_at, entry_id, actor, object_id, version) VALUES ('TENANT', now(), 'MARK', 'MARK', 'MARK', 1)`,
			`endpoint_events (tenant, endpoint_id, event_id, reason, version) VALUES ('TENANT', 'ep_MARK', 'MARK', 'MARK', 1)`,
		} {
			e.ask(t, "", "INSERT INTO waybill."+values.Replace(insert))
		}
	}
	views := strings.Fields(e.ask(t, "", "SELECT name FROM system.tables WHERE database = 'waybill' AND name LIKE 'refresh\\\\_%'"))
	require.NotEmpty(t, views)
	for _, view := range views {
		e.ask(t, "", "SYSTEM REFRESH VIEW waybill."+view)
		e.ask(t, "", "SYSTEM WAIT VIEW waybill."+view)
	}
}

// try asks as a tenant's user, or as the operator.
func (e engine) try(t *testing.T, tenant, query string) (status int, text string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+e.HTTPAddr()+"/", strings.NewReader(query))
	require.NoError(t, err)
	if tenant != "" {
		request.Header.Set("X-Clickhouse-User", grants.UserName(tenant))
		request.Header.Set("X-Clickhouse-Key", grantOf(tenant).Password)
	}
	answer, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	body, err := io.ReadAll(answer.Body)
	require.NoError(t, errors.Join(err, answer.Body.Close()))
	return answer.StatusCode, string(body)
}

// ask must be answered.
func (e engine) ask(t *testing.T, tenant, query string) string {
	t.Helper()
	status, text := e.try(t, tenant, query)
	require.Equal(t, http.StatusOK, status, "%s: %s", query, text)
	return text
}

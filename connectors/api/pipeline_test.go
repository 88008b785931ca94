package api_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"waybill/connectors/api"
	"waybill/internal/roles/rolestest"
)

func TestKeyTellsWhoseItIs(t *testing.T) {
	k := makeKeys(t)
	s := serve(t, rolestest.New(t), k)
	mine := s.get(t, http.StatusOK, k.reads, http.MethodGet, "/v4/key", nil)
	require.Equal(t, []any{"shop", []any{"read"}, true}, []any{mine["tenant"], mine["scopes"], mine["operator"]})
	require.Len(t, mine["key_id"], 12)
	theirs := s.get(t, http.StatusOK, k.other, http.MethodGet, "/v4/key", nil)
	require.Equal(t, []any{"other", []any{"admin"}, false}, []any{theirs["tenant"], theirs["scopes"], theirs["operator"]})
	s.refused(t, http.StatusUnauthorized, "no key that is known", "", http.MethodGet, "/v4/key", nil)
	s.refused(t, http.StatusBadRequest, "", k.reads, http.MethodGet, "/v4/key?tenant=other", nil)
}

// Operators see what becomes of everybody's events; nobody else does.
func TestPipeline(t *testing.T) {
	const path = "/v4/pipeline"
	s, k := tracked(t)
	s.refused(t, http.StatusForbidden, "only operators may see; other is none", k.other, http.MethodGet, path, nil)
	s.refused(t, http.StatusForbidden, "this needs admin", k.reads, http.MethodGet, path, nil)
	happen(t, s.Deployment, "AB123456799GB", "transit.picked_up", time.Now()) // of nobody's parcel
	var p map[string]any
	require.Eventually(t, func() bool {
		p = s.get(t, http.StatusOK, k.shop, http.MethodGet, path, nil)
		return len(p["clickhouse"].(map[string]any)["decisions"].([]any)) > 0
	}, 5*time.Minute, 50*time.Millisecond)
	require.Empty(t, p["problems"])
	job := p["kafka"].(map[string]any)["jobs"].([]any)[0].(map[string]any)
	require.Equal(t, []any{"tracking", "Stable"}, []any{job["job"], job["state"]})
	require.Equal(t, "test", p["instance"].(map[string]any)["name"])
}

// Where ClickHouse is away, Kafka tells what it knows, and the other way round.
func TestPipelineTellsWhatItCan(t *testing.T) {
	k := makeKeys(t)
	s := serve(t, rolestest.New(t), k) // without a ClickHouse
	p := s.get(t, http.StatusOK, k.shop, http.MethodGet, "/v4/pipeline", nil)
	require.Nil(t, p["clickhouse"])
	require.Equal(t, "clickhouse", p["problems"].([]any)[0].(map[string]any)["part"])
	job := p["kafka"].(map[string]any)["jobs"].([]any)[0].(map[string]any)
	require.Equal(t, []any{"Dead", 0.0, 0.0}, []any{job["state"], job["lag_records"], job["lag_s"]})
}

// The page is there for whoever comes, and is no more than a page.
func TestConsoleIsServed(t *testing.T) {
	k := makeKeys(t)
	page := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = w.Write([]byte("page " + r.URL.Path)) })
	s := serve(t, rolestest.New(t), k, func(c *api.Config) { c.Console = page })
	for path, want := range map[string]string{"/": "page /", "/console/app.js": "page /console/app.js"} {
		r, err := send(s.request(t, "", http.MethodGet, path, nil))
		require.NoError(t, err)
		require.Equal(t, want, string(r.Body))
	}
	s.refused(t, http.StatusNotFound, "nothing at /other", "", http.MethodGet, "/other", nil)
	without := serve(t, rolestest.New(t), k)
	without.refused(t, http.StatusNotFound, "nothing at /", "", http.MethodGet, "/", nil)
}

package api_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"waybill/internal/roles"
	"waybill/internal/roles/rolestest"
)

// What is given changes, null is the default, the rest stays.
func TestUpdate(t *testing.T) {
	k, d := makeKeys(t), rolestest.New(t)
	d.Run(t, roles.Endpoints)
	s := serve(t, d, k)
	made := s.get(t, http.StatusCreated, k.shop, http.MethodPost, endpoints, map[string]any{
		"url": "http://127.0.0.1:1/hook", "types": []string{"tracking.delivered"}, "skip_test": true,
		"headers": map[string]string{"x-token": "open sesame"}, "in_flight": 3, "schedule": []int64{1000, 5000},
	})
	one := endpoints + "/" + made["endpoint_id"].(string)
	changed := s.get(t, http.StatusOK, k.manages, http.MethodPatch, one, `{"description": "moved", "types": null, "in_flight": 5}`,
		"Content-Type", "application/merge-patch+json")
	require.Equal(t, "moved", changed["description"])
	require.Empty(t, changed["types"])
	require.EqualValues(t, 5, changed["in_flight"])
	require.Equal(t, []any{1000.0, 5000.0}, changed["schedule"])
	require.Equal(t, map[string]any{"x-token": "…"}, changed["headers"])
}

// A new secret is shown once, and signs beside the old one for as long as it is
// told to.
func TestRotate(t *testing.T) {
	k, d := makeKeys(t), rolestest.New(t)
	d.Run(t, roles.Endpoints)
	s := serve(t, d, k)
	made := s.get(t, http.StatusCreated, k.shop, http.MethodPost, endpoints, map[string]any{"url": "http://127.0.0.1:1/hook", "skip_test": true})
	one := endpoints + "/" + made["endpoint_id"].(string)
	rotated := s.get(t, http.StatusOK, k.manages, http.MethodPost, one+"/rotate", map[string]int64{"overlap": 60_000})
	require.Regexp(t, "^whsec_", rotated["secret"])
	require.NotEqual(t, made["secret"], rotated["secret"])
	secrets := rotated["secrets"].([]any)
	require.Len(t, secrets, 2)
	require.Nil(t, secrets[0].(map[string]any)["expires_at"])
	require.NotNil(t, secrets[1].(map[string]any)["expires_at"])

	rotate := one + "/rotate"
	rotated = s.get(t, http.StatusOK, k.shop, http.MethodPost, rotate, nil, "Idempotency-Key", "r1")
	repeated := s.get(t, http.StatusOK, k.shop, http.MethodPost, rotate, nil, "Idempotency-Key", "r1")
	require.Len(t, rotated["secrets"], 3)
	require.Len(t, repeated["secrets"], 3)
	require.NotContains(t, repeated, "secret")
	given := strings.Replace(made["secret"].(string), "whsec_", "whsec_AAAA", 1)
	chosen := s.get(t, http.StatusOK, k.shop, http.MethodPost, rotate, map[string]any{"secret": given, "overlap": 0})
	require.Equal(t, given, chosen["secret"])
	require.Len(t, chosen["secrets"], 1)
}

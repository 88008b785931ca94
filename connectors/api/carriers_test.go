package api_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"waybill/internal/roles/rolestest"
)

func TestCarriers(t *testing.T) {
	k := makeKeys(t)
	s := serve(t, rolestest.New(t), k)
	names := map[any]bool{}
	for _, c := range s.get(t, http.StatusOK, k.reads, http.MethodGet, "/v4/carriers", nil)["carriers"].([]any) {
		names[c.(map[string]any)["carrier"]] = true
	}
	require.True(t, names["royal-mail"] && names["ups"])

	const path = "/v4/carriers/check?number="
	right := s.get(t, http.StatusOK, k.reads, http.MethodGet, path+"ab+123456785-gb", nil)
	require.Equal(t, []any{"ab 123456785-gb", true, "", "AB123456785GB"}, []any{right["number"], right["valid"], right["reason"], right["canonical"]})
	require.Equal(t, "royal-mail", right["candidates"].([]any)[0].(map[string]any)["carrier"])
	wrong := s.get(t, http.StatusOK, k.reads, http.MethodGet, path+"AB123456786GB&carrier=Royal_Mail", nil)
	require.Equal(t, false, wrong["valid"])
	require.NotEmpty(t, wrong["reason"])
	require.Equal(t, []any{}, s.get(t, http.StatusOK, k.reads, http.MethodGet, path+"x", nil)["candidates"])
	require.Equal(t, "carrier", s.refused(t, http.StatusBadRequest, "did you mean royal-mail", k.reads, http.MethodGet, path+"1&carrier=royal-mial", nil))
	require.Equal(t, "number", s.refused(t, http.StatusBadRequest, "number is empty", k.reads, http.MethodGet, path, nil))
}

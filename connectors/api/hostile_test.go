package api_test

import (
	"bytes"
	"compress/gzip"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"waybill/internal/roles/rolestest"
)

// A key is of one tenant and opens what its scopes name, whatever else a request
// says and however its path is written.
func TestNothingElseSaysWhoAsks(t *testing.T) {
	k := makeKeys(t)
	s := serve(t, rolestest.New(t), k)
	for _, header := range []string{"X-Tenant", "Tenant", "X-Forwarded-User", "X-Original-Url", "X-Rewrite-Url"} {
		got := s.get(t, http.StatusOK, k.other, http.MethodGet, "/v4/key", nil, header, "shop")
		require.Equal(t, "other", got["tenant"], header)
	}
	require.Equal(t, http.StatusBadRequest, s.do(t, k.other, http.MethodGet, endpoints+"?tenant=shop", nil).Status)
	for _, header := range []string{"X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"} {
		got := s.do(t, k.reads, http.MethodGet, "/v4/key", nil, header, http.MethodDelete)
		require.Equal(t, http.StatusOK, got.Status, "%s is no way to another method", header)
	}
	for _, given := range []string{"Bearer " + k.other + ", Bearer " + k.shop, "Bearer " + k.other + " " + k.shop, "Bearer x,Bearer " + k.shop} {
		require.Equal(t, http.StatusUnauthorized, s.do(t, "", http.MethodGet, "/v4/key", nil, "Authorization", given).Status, given)
	}
	for _, path := range []string{
		"//v4/key", "/v4//key", "/V4/key", "/v4/KEY", "/v4/key/", "/v4/./key", "/v4/endpoints/../key", "/v4/endpoints/%2e%2e/key", "/v4%2fkey", "/v4/key%00",
		"/v4/openapi.json/../key", "/v4/openapi.json%2f..%2fkey", "/v4/openapi.json;/../key", "/console/../v4/key", "/in/../v4/key",
	} {
		require.NotEqual(t, http.StatusOK, s.do(t, "", http.MethodGet, path, nil).Status, "%s without a key", path)
	}
}

// Two values of one name are refused, however deep: who looked through the request
// before may have taken the other one.
func TestNamesThatAreThereTwice(t *testing.T) {
	k := makeKeys(t)
	s := serve(t, rolestest.New(t), k)
	for body, blames := range map[string]string{
		`{"url": "https://a.example", "url": "https://b.example"}`:      "url",
		`{"url": "https://a.example", "\u0075rl": "https://b.example"}`: "url",
		`{"headers": {"a": "1", "a": "2"}}`:                             "headers.a",
	} {
		require.Equal(t, blames, s.refused(t, http.StatusBadRequest, "is there twice", k.shop, http.MethodPost, endpoints, body), body)
	}
	const item = `{"carrier": "ups", "tracking_number": "1Z", "tracking_number": "1Z"}`
	require.Equal(t, "trackings[0].tracking_number", s.refused(t, http.StatusBadRequest, "is there twice", k.shop, http.MethodPost, trackings, `{"trackings": [`+item+`]}`))
	require.Equal(t, "tracking_number", s.refused(t, http.StatusBadRequest, "is there twice", k.shop, http.MethodPost, "/tracks", item))
	require.Equal(t, "carrier", s.refused(t, http.StatusBadRequest, "is given 2 times", k.shop, http.MethodPost, "/tracks",
		"carrier=ups&carrier=fedex&tracking_number=1Z", "Content-Type", "application/x-www-form-urlencoded"))
}

// What is sent to exhaust the service is refused as what it is, with an answer.
func TestHugeDeepAndPackedBodies(t *testing.T) {
	k := makeKeys(t)
	s := serve(t, rolestest.New(t), k)
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	for range 64 {
		_, err := w.Write(bytes.Repeat([]byte(" "), 1<<20))
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	for name, body := range map[string]string{
		"deep lists":   strings.Repeat("[", 200_000),
		"deep objects": strings.Repeat(`{"trackings":`, 50_000),
		"a long text":  `{"trackings": [{"tracking_number": "` + strings.Repeat("A", 20<<20) + `"}]}`,
		"a long digit": `{"trackings": [{"window_days": ` + strings.Repeat("9", 100_000) + `}]}`,
		"many items":   `{"trackings": [` + strings.Repeat("{},", 500_000) + `{}]}`,
	} {
		require.Contains(t, []int{http.StatusBadRequest, http.StatusRequestEntityTooLarge}, s.do(t, k.shop, http.MethodPost, trackings, body).Status, name)
	}
	bomb := s.do(t, k.shop, http.MethodPost, trackings, packed.String(), "Content-Encoding", "gzip")
	require.Contains(t, []int{http.StatusBadRequest, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType}, bomb.Status)
	require.Equal(t, http.StatusOK, s.do(t, k.shop, http.MethodGet, "/v4/key", nil).Status, "and goes on")
}

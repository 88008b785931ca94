package api_test

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/stretchr/testify/require"

	"waybill/connectors/api"
	"waybill/internal/roles/rolestest"
)

const endpoints = "/v4/endpoints"

// What is wrong with a request is told as a problem document, whatever it is.
func TestWrongRequests(t *testing.T) {
	k := makeKeys(t)
	s := serve(t, rolestest.New(t), k)
	for _, tt := range []struct {
		name           string
		method, path   string
		body           any
		headers        []string
		status         int
		detail, blames string
	}{
		{name: "unknown route", method: "GET", path: "/v4/parcels", status: 404, detail: "there is nothing at /v4/parcels"},
		{name: "root", method: "GET", path: "/", status: 404, detail: "/v4/openapi.json says"},
		{name: "slash at the end", method: "GET", path: endpoints + "/", status: 404, detail: "there is nothing"},
		{name: "wrong method", method: "PUT", path: endpoints, status: 405, detail: "there is GET, HEAD, POST"},
		{name: "wrong method below", method: "POST", path: endpoints + "/ep1", status: 405, detail: "there is DELETE, GET, HEAD, PATCH"},
		{name: "no body", method: "POST", path: endpoints, status: 415, detail: "application/json is wanted"},
		{name: "empty body", method: "POST", path: endpoints, body: "", status: 400, detail: "the body is empty"},
		{name: "content type", method: "POST", path: endpoints, body: `{}`, headers: []string{"Content-Type", "text/plain"}, status: 415, detail: `the Content-Type is "text/plain"`},
		{name: "merge patch is for PATCH", method: "POST", path: endpoints, body: `{}`, headers: []string{"Content-Type", "application/merge-patch+json"}, status: 415, detail: "wanted"},
		{name: "broken JSON", method: "POST", path: endpoints, body: "{\n  \"url\": \"é\", }", status: 400, detail: "line 2, column 15: invalid character '}'"},
		{name: "cut off", method: "POST", path: endpoints, body: `{"url": "a`, status: 400, detail: "line 1, column 10: unexpected end"},
		{name: "two values", method: "POST", path: endpoints, body: `{} {}`, status: 400, detail: "column 4: invalid character '{' after"},
		{name: "a list", method: "POST", path: endpoints, body: `[]`, status: 400, detail: "the body is a list"},
		{name: "null", method: "POST", path: endpoints, body: `null`, status: 400, detail: "the body is null; an object is wanted"},
		{name: "not UTF-8", method: "POST", path: endpoints, body: "{\"url\": \"\xff\"}", status: 400, detail: "not UTF-8"},
		{name: "too deep", method: "POST", path: endpoints, body: strings.Repeat(`{"url":`, 20_000), status: 413, detail: "more than 65536 bytes"},
		{name: "too large", method: "POST", path: endpoints, body: strings.Repeat(" ", 64<<10) + "{}", status: 413, detail: "more than 65536 bytes"},
		{name: "unknown field", method: "POST", path: endpoints, body: `{"desription": ""}`, status: 400, detail: `there is no field "desription" (did you mean description?)`, blames: "desription"},
		{name: "another spelling", method: "POST", path: endpoints, body: `{"URL": ""}`, status: 400, detail: `there is no field "URL" (did you mean url?)`, blames: "URL"},
		{name: "field of another command", method: "POST", path: endpoints, body: `{"tenant": "other"}`, status: 400, detail: `no field "tenant"; there are`, blames: "tenant"},
		{name: "a number for a text", method: "POST", path: endpoints, body: `{"url": 7}`, status: 400, detail: "url is the number 7; a text is wanted", blames: "url"},
		{name: "a text for a list", method: "POST", path: endpoints, body: `{"types": "all"}`, status: 400, detail: "types is a text; a list, each of it a text is wanted", blames: "types"},
		{name: "a number in a list", method: "POST", path: endpoints, body: `{"types": [1]}`, status: 400, detail: "types is a list of something else", blames: "types"},
		{name: "a fraction", method: "POST", path: endpoints, body: `{"in_flight": 1.5}`, status: 400, detail: "a whole number is wanted", blames: "in_flight"},
		{name: "beyond numbers", method: "POST", path: endpoints, body: `{"in_flight": 1e99}`, status: 400, detail: "a whole number is wanted", blames: "in_flight"},
		{name: "a list for an object", method: "POST", path: endpoints, body: `{"headers": []}`, status: 400, detail: "an object, each value of it a text", blames: "headers"},
		{name: "an order that is none", method: "POST", path: endpoints, body: `{"url": "http://a.example", "order": "random"}`, status: 400, detail: "it may be shipment or none", blames: "order"},
		{name: "a mask for a value", method: "POST", path: endpoints, body: `{"url": "http://a.example", "headers": {"x-a": "…"}}`, status: 400, detail: "the header x-a is the mask", blames: "headers"},
		{name: "nothing to change", method: "PATCH", path: endpoints + "/ep1", body: `{"reason": "why not"}`, status: 400, detail: "names no field that is to change"},
		{name: "a secret to change", method: "PATCH", path: endpoints + "/ep1", body: `{"secret": "whsec_"}`, status: 400, detail: `no field "secret"`, blames: "secret"},
		{name: "idempotency key", method: "POST", path: endpoints, body: `{}`, headers: []string{"Idempotency-Key", strings.Repeat("k", 201)}, status: 400, detail: "1 to 200 printable", blames: "Idempotency-Key"},
		{name: "unknown parameter", method: "GET", path: endpoints + "?tenant=other", status: 400, detail: `there is no parameter "tenant"`, blames: "tenant"},
		{name: "broken query", method: "GET", path: endpoints + "?a=%zz", status: 400, detail: "cannot be read"},
		{name: "no such endpoint", method: "GET", path: endpoints + "/ep1", status: 404, detail: `there is no endpoint "ep1"`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			field := s.refused(t, tt.status, tt.detail, k.shop, tt.method, tt.path, tt.body, tt.headers...)
			if tt.blames == "" {
				require.Nil(t, field)
			} else {
				require.Equal(t, tt.blames, field)
			}
		})
	}
	require.Equal(t, "GET, HEAD, POST", s.do(t, k.shop, http.MethodPut, endpoints, nil).Header.Get("Allow"))
	require.Equal(t, http.StatusOK, s.do(t, k.shop, http.MethodHead, endpoints, nil).Status)
}

// Who has no key, or one without the scope, gets nowhere.
func TestKeys(t *testing.T) {
	k := makeKeys(t)
	s := serve(t, rolestest.New(t), k)
	for _, wrong := range []string{"", "wbk_", "nonsense", k.shop + "x", strings.ToUpper(k.shop)} {
		r := s.do(t, wrong, http.MethodGet, endpoints, nil)
		require.Equal(t, http.StatusUnauthorized, r.Status, wrong)
		require.Equal(t, `Bearer realm="waybill"`, r.Header.Get("WWW-Authenticate"))
	}
	basic := s.do(t, "", http.MethodGet, endpoints, nil, "Authorization", "Basic "+k.shop)
	require.Equal(t, http.StatusUnauthorized, basic.Status)
	require.Equal(t, http.StatusOK, s.do(t, "", http.MethodGet, endpoints, nil, "Authorization", "bearer  "+k.shop).Status)

	const allowed, forbidden = "200 201 202 204 400 404 409 415 503", "403" // 503: this test has no ClickHouse
	for template, item := range s.document.tree["paths"].(map[string]any) {
		path := strings.ReplaceAll(template, "{id}", "none")
		for method, node := range item.(map[string]any) {
			operation, is := node.(map[string]any)
			if !is || operation["security"] != nil {
				continue
			}
			needs := operation["description"].(string)
			for scope, key := range map[string]string{"read": k.reads, "register": k.registers, "endpoints": k.manages, "admin": k.shop} {
				want := forbidden
				if scope == "admin" || strings.Contains(needs[strings.Index(needs, "Scope"):], "`"+scope+"`") {
					want = allowed
				}
				r := s.do(t, key, strings.ToUpper(method), path, nil)
				require.Contains(t, want, fmt.Sprint(r.Status), "%s %s with scope %s: %s", method, path, scope, r.Body)
			}
		}
	}
	log := s.Log.String()
	for _, key := range []string{k.shop, k.reads, k.registers, k.manages} {
		require.NotContains(t, log, key[strings.LastIndex(key, "_")+1:])
	}
	require.Contains(t, log, "tenant=shop")
	for line := range strings.Lines(log) { // who was refused, and what changes something, is marked for the audit
		if refused := strings.Contains(line, "status=401") || strings.Contains(line, "status=403"); refused || strings.Contains(line, "method=GET") {
			require.Equal(t, refused, strings.Contains(line, "audit=true"), line)
		}
	}
}

// A key that has used its requests is told when there are more; another key
// has its own.
func TestRateLimit(t *testing.T) {
	k := makeKeys(t)
	s := serve(t, rolestest.New(t), k, func(c *api.Config) { c.Rate = 0.01 })
	first := s.do(t, k.shop, http.MethodGet, endpoints, nil)
	require.Equal(t, http.StatusOK, first.Status)
	require.Equal(t, "1", first.Header.Get("Ratelimit-Limit"))
	require.Equal(t, "0", first.Header.Get("Ratelimit-Remaining"))
	require.Equal(t, "100", first.Header.Get("Ratelimit-Reset"))
	second := s.do(t, k.shop, http.MethodGet, endpoints, nil)
	require.Equal(t, http.StatusTooManyRequests, second.Status)
	require.Equal(t, "100", second.Header.Get("Retry-After"))
	require.Equal(t, http.StatusOK, s.do(t, k.other, http.MethodGet, endpoints, nil).Status)
	require.Equal(t, http.StatusOK, s.do(t, k.shop, http.MethodGet, "/v4/openapi.json", nil).Status, "this needs no key")
}

// A request has an id, its own or one that it brought, in answer, problem and
// log; the log has no query and no header.
func TestRequestIDs(t *testing.T) {
	k := makeKeys(t)
	s := serve(t, rolestest.New(t), k)
	mine := s.do(t, k.shop, http.MethodGet, endpoints+"/none?secret=hunter2", nil, "X-Request-Id", "trace-1.a_B")
	require.Equal(t, "trace-1.a_B", mine.Header.Get("X-Request-ID"))
	require.Equal(t, "trace-1.a_B", mine.decoded(t)["request_id"])
	require.Contains(t, s.Log.String(), "request_id=trace-1.a_B method=GET path=/v4/endpoints/none route=\"GET /v4/endpoints/{id}\" status=404")
	require.NotContains(t, s.Log.String(), "hunter2")
	for _, bad := range []string{"", "a b", strings.Repeat("x", 65), "a\"b"} {
		require.Regexp(t, "^req_[a-z0-9]+$", s.do(t, k.shop, http.MethodGet, endpoints, nil, "X-Request-Id", bad).Header.Get("X-Request-ID"))
	}
}

func TestMetrics(t *testing.T) {
	k := makeKeys(t)
	s := serve(t, rolestest.New(t), k)
	page, err := os.ReadFile("../../docs/metrics.md")
	require.NoError(t, err)
	families, err := s.Registry.Gather()
	require.NoError(t, err)
	for _, family := range families {
		require.Contains(t, string(page), "| `"+family.GetName()+"` |")
	}
	s.do(t, k.shop, http.MethodGet, endpoints, nil)
	s.do(t, "", http.MethodGet, endpoints, nil)
	s.do(t, "", http.MethodGet, "/elsewhere", nil)
	require.NoError(t, testutil.GatherAndCompare(s.Registry, strings.NewReader(wantedRequests(s, map[string]int{
		`route="GET /v4/endpoints",status="2xx"`: 1, `route="GET /v4/endpoints",status="4xx"`: 1, `route="unknown",status="4xx"`: 1,
	})), "waybill_api_requests_total"))
}

// wantedRequests is what Prometheus sees when there were these requests.
func wantedRequests(s *server, seen map[string]int) string {
	var b strings.Builder
	b.WriteString("# HELP waybill_api_requests_total Requests to the HTTP API by route and class of status.\n# TYPE waybill_api_requests_total counter\n")
	routes := []string{"unknown"}
	for path, item := range s.document.tree["paths"].(map[string]any) {
		for method := range item.(map[string]any) {
			if method != "parameters" {
				routes = append(routes, strings.ToUpper(method)+" "+path)
			}
		}
	}
	for _, route := range routes {
		for _, class := range []string{"2xx", "3xx", "4xx", "5xx"} {
			labels := fmt.Sprintf("route=%q,status=%q", route, class)
			fmt.Fprintf(&b, "waybill_api_requests_total{%s} %d\n", labels, seen[labels])
		}
	}
	return b.String()
}

// A client that sends its headers or its body too slowly, or headers without
// end, does not hold a connection.
func TestSlowAndEndlessClients(t *testing.T) {
	t.Parallel()
	k := makeKeys(t)
	s := serve(t, rolestest.New(t), k)
	conn, err := net.Dial("tcp", strings.TrimPrefix(s.URL, "http://"))
	require.NoError(t, err)
	defer conn.Close()
	_, err = fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: x\r\nX-Long: %s\r\n\r\n", endpoints, strings.Repeat("x", 64<<10))
	require.NoError(t, err)
	answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
	require.NoError(t, err)
	require.Equal(t, http.StatusRequestHeaderFieldsTooLarge, answer.StatusCode)

	slow, err := net.Dial("tcp", strings.TrimPrefix(s.URL, "http://"))
	require.NoError(t, err)
	defer slow.Close()
	_, err = fmt.Fprint(slow, "GET /v4/endpoints HTTP/1.1\r\nHost: x\r\nX-Slow: ")
	require.NoError(t, err)
	require.NoError(t, slow.SetReadDeadline(time.Now().Add(time.Minute)))
	_, err = bufio.NewReader(slow).ReadString(0)
	require.ErrorContains(t, err, "EOF", "the server has not closed the connection")
}

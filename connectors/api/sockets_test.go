package api_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"waybill/connectors/api"
	"waybill/internal/roles"
	"waybill/internal/roles/rolestest"
)

// dial opens a connection to the API.
func (s *server) dial(t testing.TB) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(s.URL, "http://"))
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close() }) // it may be closed already
	require.NoError(t, conn.SetDeadline(time.Now().Add(time.Minute)))
	return conn
}

// raw sends bytes on a connection of their own and reads the answer.
func (s *server) raw(t testing.TB, text string) (*http.Response, string) {
	t.Helper()
	conn := s.dial(t)
	_, err := io.WriteString(conn, text)
	require.NoError(t, err)
	answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
	require.NoError(t, err)
	body, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	return answer, string(body)
}

// Requests that two programs would read differently, or that carry what breaks
// lines, are refused before anything looks at them.
func TestRequestsThatAreNotHTTP(t *testing.T) {
	k := makeKeys(t)
	s := serve(t, rolestest.New(t), k)
	key := "Authorization: Bearer " + k.shop + "\r\n"
	for name, text := range map[string]string{
		"two lengths":             "POST /tracks HTTP/1.1\r\nHost: x\r\n" + key + "Content-Length: 2\r\nContent-Length: 3\r\n\r\n{} ",
		"a negative length":       "POST /tracks HTTP/1.1\r\nHost: x\r\n" + key + "Content-Length: -1\r\n\r\n{}",
		"a coding nobody knows":   "POST /tracks HTTP/1.1\r\nHost: x\r\n" + key + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
		"NUL in a header":         "GET /v4/key HTTP/1.1\r\nHost: x\r\n" + key + "X-A: a\x00b\r\n\r\n",
		"CR in a header":          "GET /v4/key HTTP/1.1\r\nHost: x\r\n" + key + "X-A: a\rX-Tenant: other\r\n\r\n",
		"a folded header":         "GET /v4/key HTTP/1.1\r\nHost: x\r\n" + key + " folded: yes\r\n\r\n",
		"a space before a colon":  "GET /v4/key HTTP/1.1\r\nHost: x\r\nX-A : b\r\n" + key + "\r\n",
		"NUL in the path":         "GET /v4/key\x00 HTTP/1.1\r\nHost: x\r\n" + key + "\r\n",
		"two hosts":               "GET /v4/key HTTP/1.1\r\nHost: x\r\nHost: y\r\n" + key + "\r\n",
		"no host":                 "GET /v4/key HTTP/1.1\r\n" + key + "\r\n",
		"HTTP/2 without TLS":      "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + strings.Repeat("\x00\x00\x04\x03\x00\x00\x00\x00\x01\x00\x00\x00\x08", 1000),
		"a word that is too long": strings.Repeat("G", 64<<10) + " / HTTP/1.1\r\n\r\n",
	} {
		answer, body := s.raw(t, text)
		require.GreaterOrEqual(t, answer.StatusCode, http.StatusBadRequest, "%s: %s", name, body)
		require.NotEqual(t, http.StatusInternalServerError, answer.StatusCode, name)
		require.NotContains(t, body, "shop", name)
	}
	upgraded, _ := s.raw(t, "GET /v4/key HTTP/1.1\r\nHost: x\r\n"+key+"Connection: Upgrade, HTTP2-Settings, close\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\n\r\n")
	require.Equal(t, http.StatusOK, upgraded.StatusCode, "it stays HTTP/1.1")
	require.Empty(t, upgraded.Header.Get("Upgrade"))
}

// One byte a chunk, with as much said about each as may be: it costs the client
// more than us.
func TestTinyChunks(t *testing.T) {
	k := makeKeys(t)
	s := serve(t, rolestest.New(t), k)
	conn := s.dial(t)
	_, err := fmt.Fprintf(conn, "POST /v4/endpoints HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n", k.shop)
	require.NoError(t, err)
	chunk := "1;" + strings.Repeat("x", 1000) + "\r\n \r\n"
	for range 1000 {
		if _, err = io.WriteString(conn, chunk); err != nil {
			require.True(t, errors.Is(err, syscall.EPIPE) || errors.Is(err, syscall.ECONNRESET), "%v", err) // it was sent away meanwhile
			break
		}
	}
	answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err == nil {
		require.Equal(t, http.StatusBadRequest, answer.StatusCode)
	}
	require.Equal(t, http.StatusOK, s.do(t, k.shop, http.MethodGet, "/v4/key", nil).Status, "and goes on")
}

// A client that sends its body too slowly is cut off, with nothing taken of it.
func TestSlowBody(t *testing.T) {
	t.Parallel()
	k := makeKeys(t)
	s := serve(t, rolestest.New(t), k)
	answer, body := s.raw(t, "POST /v4/trackings HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer "+k.shop+"\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{")
	require.Equal(t, http.StatusBadRequest, answer.StatusCode)
	require.Contains(t, body, "did not come in whole")
}

// One key that sends much and never ends takes its own room for bodies, and gives
// it back.
func TestOneKeyLeavesRoom(t *testing.T) {
	k := makeKeys(t)
	s := serve(t, rolestest.New(t), k)
	const size, allOfOneKey = 2 << 20, 32 << 20
	body := strings.Repeat(" ", size-1)
	var open []net.Conn
	for range allOfOneKey / size {
		conn := s.dial(t)
		_, err := fmt.Fprintf(conn, "POST /v4/trackings HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", k.shop, size, body)
		require.NoError(t, err)
		open = append(open, conn)
	}
	more := map[string]any{"trackings": []any{map[string]any{"carrier": "royal-mail", "tracking_number": "AB123456785GB"}}}
	status := func(key string) int { return s.do(t, key, http.MethodPost, trackings, more).Status }
	requireBodyBytes(t, s, allOfOneKey-len(open))
	require.Equal(t, http.StatusTooManyRequests, status(k.shop))
	require.Equal(t, http.StatusAccepted, status(k.other))
	for _, conn := range open {
		require.NoError(t, conn.Close())
	}
	requireBodyBytes(t, s, 0)
	require.Equal(t, http.StatusAccepted, status(k.shop))
}

// requireBodyBytes waits until bodies in hand take so much.
func requireBodyBytes(t *testing.T, s *server, bytes int) {
	t.Helper()
	want := fmt.Sprintf("# HELP waybill_api_body_bytes Bytes that bodies of requests in hand take.\n# TYPE waybill_api_body_bytes gauge\nwaybill_api_body_bytes %d\n", bytes)
	require.EventuallyWithT(t, func(c *assert.CollectT) {
		require.NoError(c, testutil.GatherAndCompare(s.Registry, strings.NewReader(want), "waybill_api_body_bytes"))
	}, 5*time.Minute, 5*time.Millisecond)
}

// A flood of connections is bounded, of one address sooner than of all; others
// come in all the time, and when it is over all do.
func TestConnectionFlood(t *testing.T) {
	k := makeKeys(t)
	s := serve(t, rolestest.New(t), k, func(c *api.Config) { c.Connections = 8 })
	http.DefaultClient.CloseIdleConnections()
	open := []net.Conn{s.dial(t), s.dial(t)} // a quarter
	turned := s.dial(t)
	_, err := io.ReadAll(turned)
	if err != nil {
		require.ErrorIs(t, err, syscall.ECONNRESET)
	}
	requireConnections(t, s, 2, `{reason="address"} 1`, `{reason="all"} 0`)
	for _, conn := range open {
		_, err = io.WriteString(conn, "GET /v4/key HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer "+k.shop+"\r\n\r\n")
		require.NoError(t, err)
		answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
		require.NoError(t, err)
		require.Equal(t, http.StatusOK, answer.StatusCode, "who was in stays in")
		require.NoError(t, conn.Close())
	}
	requireConnections(t, s, 0, `{reason="address"} 1`, `{reason="all"} 0`)

	proxied := serve(t, s.Deployment, k, behindProxy, func(c *api.Config) { c.Connections = 8 })
	for range 8 {
		proxied.dial(t)
	}
	_, _ = io.ReadAll(proxied.dial(t)) // closed, or reset
	requireConnections(t, proxied, 8, `{reason="address"} 0`, `{reason="all"} 1`)
}

// requireConnections waits until there are so many, and looks why others were
// turned away.
func requireConnections(t *testing.T, s *server, open int, turned ...string) {
	t.Helper()
	const refused = "waybill_api_connections_refused_total"
	want := fmt.Sprintf("# HELP waybill_api_connections Connections to the HTTP API.\n# TYPE waybill_api_connections gauge\nwaybill_api_connections %d\n", open) +
		"# HELP " + refused + " Connections that were closed at once since there were too many, by whose.\n# TYPE " + refused + " counter\n" +
		refused + strings.Join(turned, "\n"+refused) + "\n"
	require.EventuallyWithT(t, func(c *assert.CollectT) {
		require.NoError(c, testutil.GatherAndCompare(s.Registry, strings.NewReader(want), "waybill_api_connections", refused))
	}, 5*time.Minute, 5*time.Millisecond)
}

// Bytes that mean something to a log, to SQL, to a file system or to HTTP are
// text on every route: they are refused or not found, and nothing breaks.
func TestHostileTextOnEveryRoute(t *testing.T) {
	k, d := makeKeys(t), withClickHouse(t)
	d.Run(t, roles.Endpoints)
	s := serve(t, d, k)
	for _, text := range []string{
		"a%00b", "%0d%0aSet-Cookie:%20a=b", "%ff%fe", "%27%20OR%201=1--%5c", "..%2f..%2fetc%2fpasswd", strings.Repeat("9", 4000),
	} {
		v := &treasure{number: text, shared: text, endpoint: text, webhook: text, registered: text, event: text, list: text, feed: text}
		before := strings.Count(s.Log.String(), "\n")
		requests := 0
		for route, tries := range attacks(v) {
			method, template, _ := strings.Cut(route, " ")
			for _, try := range tries {
				path := try.path
				if path == "" {
					path = template
				}
				if !strings.Contains(path+asText(t, try.body), text) {
					continue // it has no room for it
				}
				r := s.do(t, k.shop, method, path, try.body)
				require.Less(t, r.Status, http.StatusInternalServerError, "%s %s: %s", method, path, r.Body)
				require.Empty(t, r.Header.Get("Set-Cookie"), "%s %s", method, path)
				requests++
			}
		}
		require.Equal(t, requests, strings.Count(s.Log.String(), "\n")-before, "a line a request, with %s", text)
	}
}

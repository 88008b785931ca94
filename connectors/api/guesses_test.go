package api_test

import (
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/stretchr/testify/require"

	"waybill/connectors/api"
	"waybill/internal/roles/rolestest"
)

// behindProxy lets the tests' own address speak for others.
func behindProxy(c *api.Config) {
	c.Proxies = api.Proxies{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("10.0.0.0/8")}
}

// Who tries too many wrong keys is told nothing more of any, the right one among
// them. Keys that were right from there before go on, and so do other addresses.
func TestWrongKeysAreBounded(t *testing.T) {
	k := makeKeys(t)
	s := serve(t, rolestest.New(t), k, behindProxy, func(c *api.Config) { c.WrongKeys = 3 })
	from := func(address, key string) *reply {
		return s.do(t, key, http.MethodGet, "/v4/key", nil, "X-Forwarded-For", address)
	}
	const office, guesser = "192.0.2.7", "2001:db8::1"
	require.Equal(t, http.StatusOK, from(office, k.reads).Status)
	for _, address := range []string{office, guesser} {
		for range 3 {
			require.Equal(t, http.StatusUnauthorized, from(address, "wbk_guess_x").Status)
		}
		held := from(address, "wbk_guess_y")
		require.Equal(t, http.StatusTooManyRequests, held.Status)
		wait, err := strconv.Atoi(held.Header.Get("Retry-After"))
		require.NoError(t, err)
		require.Positive(t, wait)
		require.LessOrEqual(t, wait, 20, "seconds for one of three keys a minute")
		require.Equal(t, http.StatusTooManyRequests, from(address, k.shop).Status, "a right key is not told from a wrong one")
		require.Equal(t, http.StatusUnauthorized, from(address, "").Status, "no key is no guess")
	}
	require.Equal(t, http.StatusTooManyRequests, from("2001:db8::ffff:2", k.shop).Status, "the same /64")
	require.Equal(t, http.StatusOK, from(office, k.reads).Status, "it was right from there before")
	require.Equal(t, http.StatusOK, from("192.0.2.8", k.shop).Status)
	require.Equal(t, http.StatusOK, from("2001:db8:0:1::1", k.shop).Status)
	require.NoError(t, testutil.GatherAndCompare(s.Registry, strings.NewReader(`# HELP waybill_api_keys_refused_total Requests that no key let in, by reason.
# TYPE waybill_api_keys_refused_total counter
waybill_api_keys_refused_total{reason="held"} 5
waybill_api_keys_refused_total{reason="missing"} 2
waybill_api_keys_refused_total{reason="unknown"} 6
`), "waybill_api_keys_refused_total"))
}

// Whom a proxy asks for is what it says itself, not what was said to it; and of
// others than proxies nothing is believed.
func TestProxiesSayWhoAsks(t *testing.T) {
	k := makeKeys(t)
	s := serve(t, rolestest.New(t), k, behindProxy)
	for given, want := range map[string]string{
		"192.0.2.7":                       "from=192.0.2.7",
		"203.0.113.1, 192.0.2.7":          "from=192.0.2.7",
		"192.0.2.7:4711":                  "from=192.0.2.7",
		"203.0.113.1, 192.0.2.7,10.1.2.3": "from=192.0.2.7",
		"203.0.113.1, unknown, 10.1.2.3":  "from=10.1.2.3",
		"nonsense":                        "from=127.0.0.1",
		"[2001:db8::1]:80":                "from=2001:db8::1",
		"::ffff:192.0.2.7":                "from=192.0.2.7",
		"fe80::1%eth0, 10.1.2.3":          "from=fe80::1",
	} {
		id := s.do(t, k.shop, http.MethodGet, "/v4/key", nil, "X-Forwarded-For", given).Header.Get("X-Request-ID")
		require.Contains(t, s.lineOf(t, id)+" ", " "+want+" ", given)
	}
	alone := serve(t, s.Deployment, k)
	id := alone.do(t, k.shop, http.MethodGet, "/v4/key", nil, "X-Forwarded-For", "192.0.2.7").Header.Get("X-Request-ID")
	require.Contains(t, alone.lineOf(t, id), "from=127.0.0.1:")
}

// lineOf is the line of the log about a request.
func (s *server) lineOf(t testing.TB, id string) string {
	t.Helper()
	for line := range strings.Lines(s.Log.String()) {
		if strings.Contains(line, "request_id="+id) {
			return strings.TrimSpace(line)
		}
	}
	require.Fail(t, "the log has no line of the request", id)
	return ""
}

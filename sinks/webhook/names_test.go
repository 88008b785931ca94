package webhook

import (
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// In these tests 127.0.0.2 stands for the internet and all else of this machine
// is private.
const internet = "127.0.0.2/32"

// A name server that first says what may be called and then what may not gains
// nothing: each connection is checked on the address that it goes to.
func TestChangingNamesDoNotFoolTheGuard(t *testing.T) {
	swaps := newDNS(t, func(_ string, before int) dnsAnswer {
		return dnsAnswer{addrs: addrs([]string{"127.0.0.2", "127.0.0.1"}[before%2])}
	})
	at := aim(t, "0.0.0.0", swaps, internet) // a receiver at both
	for n := range 6 {
		want := []string{"", ReasonBlockedAddress}[n%2]
		require.Equal(t, want, at.call(t, "swaps.example").Reason)
		at.caller.Close() // the next call asks for the address again
	}
	require.EqualValues(t, 3, at.reached.Load())
}

// Of several addresses only those are called that may be, wherever they stand.
func TestNamesOfSeveralAddresses(t *testing.T) {
	for name, row := range map[string]struct {
		addresses []string
		want      string
	}{
		"private first":      {[]string{"127.0.0.1", "127.0.0.2"}, ""},
		"private last":       {[]string{"127.0.0.2", "127.0.0.1"}, ""},
		"private by IPv6":    {[]string{"::1", "127.0.0.2"}, ""},
		"mapped":             {[]string{"::ffff:127.0.0.1", "127.0.0.2"}, ""},
		"nothing but secret": {[]string{"127.0.0.1", "10.0.0.1", "169.254.169.254", "::1", "fd00:ec2::254"}, ReasonBlockedAddress},
	} {
		t.Run(name, func(t *testing.T) {
			names := newDNS(t, always(row.addresses...))
			outside := aim(t, "127.0.0.2", names, internet)
			require.Equal(t, row.want, outside.call(t, "several.example").Reason)
			for _, asked := range outside.asked {
				address, _, err := net.SplitHostPort(asked)
				require.NoError(t, err)
				require.Contains(t, strings.ReplaceAll(strings.Join(row.addresses, " "), "::ffff:", ""), address)
			}
			require.Equal(t, row.want == "", outside.reached.Load() == 1)
		})
	}
}

// A name that is another name for an inner one is judged by where that leads.
func TestAliasesOfInnerNames(t *testing.T) {
	for alias, leads := range map[string]string{
		"metadata.google.internal": "169.254.169.254", "localhost": "127.0.0.1", "kubernetes.default.svc.cluster.local": "10.96.0.1",
	} {
		at := aim(t, "127.0.0.1", newDNS(t, func(string, int) dnsAnswer {
			return dnsAnswer{alias: alias, addrs: addrs(leads)}
		}))
		require.Equal(t, ReasonBlockedAddress, at.call(t, "hooks.example").Reason, alias)
		require.Zero(t, at.reached.Load())
	}
}

// Name servers that fail, or never answer, end a call in time, with a reason.
func TestNamesThatAreNotResolved(t *testing.T) {
	for name, row := range map[string]struct {
		answer dnsAnswer
		want   string
	}{
		"no such name":      {dnsAnswer{code: dnsNXDomain}, ReasonDNS},
		"the server failed": {dnsAnswer{code: dnsServFail}, ReasonDNS},
		"no address":        {dnsAnswer{}, ReasonDNS},
		"no answer":         {dnsAnswer{silent: true}, ReasonTimeout},
	} {
		t.Run(name, func(t *testing.T) {
			at := aim(t, "127.0.0.1", newDNS(t, func(string, int) dnsAnswer { return row.answer }))
			r := request(t, at.url("absent.example"))
			r.Timeout = 2 * time.Second
			if row.answer.silent {
				r.Timeout = 100 * time.Millisecond
			}
			res := at.caller.Call(t.Context(), r)
			require.Equal(t, row.want, res.Reason)
			require.False(t, res.StartedAt.IsZero())
			require.Empty(t, at.asked)
		})
	}
}

// An answer that leads elsewhere is never followed, whatever its status and
// wherever it leads: neither inside nor to where it came from.
func TestRedirectsAreNotFollowed(t *testing.T) {
	inside := aim(t, "127.0.0.1", nil)
	var code, calls int
	var location string
	s := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		calls++
		w.Header()["Location"] = []string{location}
		w.Header()["Refresh"] = []string{"0; url=" + inside.url("127.0.0.1")}
		w.WriteHeader(code)
	})
	c := newCaller(t, Options{})
	for _, location = range []string{
		inside.url("127.0.0.1"), inside.url("localhost"), inside.url("::1"), "//127.0.0.1:" + inside.port + "/", "http://169.254.169.254/latest/meta-data/",
		"/", "", "?again=1", "file:///etc/passwd", "gopher://127.0.0.1:" + inside.port + "/", "http://", "://", "http://[::1/", "%zz",
	} {
		for code = 300; code < 400; code++ {
			calls = 0
			want := ReasonRedirect
			if location == "" {
				want = ReasonStatus3xx
			}
			res := c.Call(t.Context(), request(t, s.URL))
			require.Equal(t, want, res.Reason, "%d to %q", code, location)
			require.Equal(t, code, res.StatusCode)
			require.Equal(t, 1, calls)
		}
	}
	require.Zero(t, inside.reached.Load())
}

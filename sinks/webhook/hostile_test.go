package webhook

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// hostile are addresses that nobody outside may reach through us (W13).
var hostile = map[string][]string{
	"this network":                    {"0.0.0.0", "0.0.0.1", "0.255.255.255"},
	"loopback":                        {"127.0.0.1", "127.0.0.2", "127.1.2.3", "127.255.255.254", "::1"},
	"private":                         {"10.0.0.0", "10.255.255.255", "172.16.0.1", "172.31.255.255", "192.168.0.1", "192.168.255.255"},
	"carrier-grade NAT":               {"100.64.0.0", "100.127.255.255"},
	"link-local":                      {"169.254.0.1", "169.254.255.255", "fe80::1", "febf::1", "fe80::1%lo", "fe80::1%eth0", "fe80::1%1"},
	"IETF protocol assignments":       {"192.0.0.1", "192.0.0.8", "192.0.0.170", "192.0.0.255"},
	"documentation":                   {"192.0.2.1", "198.51.100.1", "203.0.113.255", "2001:db8::1", "3fff::1", "3fff:fff:ffff::"},
	"benchmarks":                      {"198.18.0.0", "198.19.255.255", "2001:2::1"},
	"AS112 and AMT":                   {"192.31.196.1", "192.175.48.1", "192.52.193.1", "2620:4f:8000::1", "2001:3::1", "2001:4:112::1"},
	"multicast":                       {"224.0.0.1", "239.255.255.255", "ff02::1", "ff0e::1", "ff01::1%lo"},
	"reserved":                        {"240.0.0.1", "255.255.255.254"},
	"broadcast":                       {"255.255.255.255"},
	"metadata of AWS, GCP and Azure":  {"169.254.169.254", "fd00:ec2::254", "fd20:ce::254"},
	"metadata of containers on AWS":   {"169.254.170.2", "169.254.170.23", "fd00:ec2::23"},
	"metadata of Alibaba":             {"100.100.100.200"},
	"metadata of Oracle":              {"192.0.0.192", "fd00:c1::a9fe:a9fe"},
	"host agent of Azure":             {"168.63.129.16"},
	"IPv6 unspecified":                {"::", "::%lo"},
	"IPv4-mapped":                     {"::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::ffff:0.0.0.0"},
	"IPv4-compatible":                 {"::127.0.0.1", "::10.0.0.1", "::93.184.215.14"},
	"IPv4-translated":                 {"::ffff:0:127.0.0.1"},
	"NAT64":                           {"64:ff9b::127.0.0.1", "64:ff9b::10.0.0.1", "64:ff9b::93.184.215.14", "64:ff9b:1::127.0.0.1", "64:ff9b:1:ffff::1"},
	"6to4":                            {"2002:7f00:1::1", "2002:a00:1::1", "2002:a9fe:a9fe::", "192.88.99.1"},
	"Teredo":                          {"2001:0:a00:1::1", "2001:0:4136:e378:8000:63bf:80ff:fffe"},
	"ORCHID, DET, benchmarks of SRv6": {"2001:10::1", "2001:20::1", "2001:30::1", "5f00::1"},
	"unique local":                    {"fc00::1", "fd00::1", "fdff:ffff::1", "fd00::1%lo"},
	"site-local":                      {"fec0::1", "feff::1"},
	"discard and dummy":               {"100::1", "100:0:0:1::1"},
	"never given out":                 {"4000::1", "8000::1", "e000::1", "f000::1", "fe00::1"},
}

// target is a receiver that counts who reaches it, and a caller that the guard
// keeps from it by its address alone: its port is one that may be called.
type target struct {
	port    string
	reached atomic.Int32
	caller  *Caller
	mu      sync.Mutex
	asked   []string // addresses that the guard was asked about
}

// aim starts a receiver at an address, or at none where this machine does not
// have it. Allowed networks stand for the internet.
func aim(t *testing.T, address string, names *net.Resolver, allowed ...string) *target {
	a := &target{port: "443"}
	if socket, err := net.Listen("tcp", net.JoinHostPort(address, "0")); err == nil {
		s := &httptest.Server{Listener: socket, Config: &http.Server{Handler: http.HandlerFunc(func(http.ResponseWriter, *http.Request) { a.reached.Add(1) })}}
		s.Start()
		t.Cleanup(s.Close)
		_, a.port, _ = net.SplitHostPort(socket.Addr().String())
	}
	var networks []netip.Prefix
	for _, text := range allowed {
		networks = append(networks, netip.MustParsePrefix(text))
	}
	port, err := strconv.ParseUint(a.port, 10, 16)
	require.NoError(t, err)
	guard := newGuard(networks, uint16(port))
	d := newDialer(&Options{Resolver: names})
	d.Control = func(network, address string, c syscall.RawConn) error {
		a.mu.Lock()
		defer a.mu.Unlock()
		a.asked = append(a.asked, address)
		return guard.control(network, address, c)
	}
	a.caller = New(Options{})
	a.caller.transport.DialContext = d.dial
	t.Cleanup(a.caller.Close)
	return a
}

// bound tells whether there is a receiver.
func (a *target) bound() bool { return a.port != "443" }

func (a *target) url(host string) string {
	return "http://" + net.JoinHostPort(strings.ReplaceAll(host, "%", "%25"), a.port) + "/"
}

func (a *target) call(t *testing.T, host string) Response {
	return a.caller.Call(t.Context(), request(t, a.url(host)))
}

// answers tells whether the receiver answers a client without a guard.
func (a *target) answers(t *testing.T, host string) bool {
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	answer, err := client.Get(a.url(host))
	if err != nil {
		return false // broadcast can be listened on and not be called
	}
	require.NoError(t, answer.Body.Close())
	return a.reached.Swap(0) == 1
}

// Each hostile address is called for real, as it is and by a name that leads to
// it, and refused. Where this machine can have the address, a receiver listens
// there that would answer; elsewhere the guard itself must have been asked about
// that very address, which is before any packet.
func TestHostileAddressesAreNotCalled(t *testing.T) {
	for kind, addresses := range hostile {
		for _, address := range addresses {
			t.Run(fmt.Sprint(kind, " ", address), func(t *testing.T) {
				requireUnreachable(t, address)
			})
		}
	}
}

// So are all addresses of this machine that are not the internet's.
func TestOwnAddressesAreNotCalled(t *testing.T) {
	interfaces, err := net.Interfaces()
	require.NoError(t, err)
	for _, i := range interfaces {
		own, err := i.Addrs()
		require.NoError(t, err)
		for _, prefix := range own {
			network, ok := netip.ParsePrefix(prefix.String())
			if ok != nil || !isSpecial(network.Addr()) {
				continue
			}
			addr := network.Addr()
			if addr.IsLinkLocalUnicast() && addr.Is6() {
				addr = addr.WithZone(i.Name)
			}
			t.Run(addr.String(), func(t *testing.T) { requireUnreachable(t, addr.String()) })
		}
	}
}

func requireUnreachable(t *testing.T, address string) {
	addr := netip.MustParseAddr(address)
	at := aim(t, address, newDNS(t, always(addr.WithZone("").String())))
	answers := at.bound() && at.answers(t, address)
	require.True(t, answers || !addr.Is4() || !addr.IsLoopback(), "nothing would have answered")
	for _, host := range []string{address, "receiver.example"} {
		at.asked = nil
		res := at.call(t, host)
		require.Equal(t, ReasonBlockedAddress, res.Reason, host)
		require.Zero(t, res.StatusCode)
		require.Zero(t, at.reached.Load())
		require.NotEmpty(t, at.asked)
		asked, err := netip.ParseAddrPort(at.asked[0])
		require.NoError(t, err)
		require.Equal(t, addr.Unmap().WithZone(""), asked.Addr().Unmap().WithZone(""), host)
	}
}

// However a URL spells an address of this machine, its receiver is not reached.
// The name server reads every number as the loopback address, as libraries of
// other languages do.
func TestSpellingsDoNotFoolTheGuard(t *testing.T) {
	at := aim(t, "127.0.0.1", newDNS(t, always("127.0.0.1")))
	require.True(t, at.bound())
	for url, want := range map[string]string{
		"http://127.0.0.1:PORT/":                                 ReasonBlockedAddress,
		"http://localhost:PORT/":                                 ReasonBlockedAddress,
		"http://LOCALHOST:PORT/":                                 ReasonBlockedAddress,
		"http://localhost.:PORT/":                                ReasonBlockedAddress,
		"http://127.0.0.1.:PORT/":                                ReasonDNS,
		"http://127.1:PORT/":                                     ReasonDNS, // no name may be all digits, and no address is so short
		"http://127.0.1:PORT/":                                   ReasonDNS,
		"http://2130706433:PORT/":                                ReasonDNS,
		"http://0177.0.0.1:PORT/":                                ReasonDNS,
		"http://017700000001:PORT/":                              ReasonDNS,
		"http://127.000.000.001:PORT/":                           ReasonDNS,
		"http://0x7f.1:PORT/":                                    ReasonBlockedAddress,
		"http://0x7f.0x0.0x0.0x1:PORT/":                          ReasonBlockedAddress,
		"http://0x7f000001:PORT/":                                ReasonBlockedAddress,
		"http://127.0.0.1.nip.example:PORT/":                     ReasonBlockedAddress,
		"http://metadata.google.internal:PORT/":                  ReasonBlockedAddress,
		"http://①②⑦.⓪.⓪.①:PORT/":                                 ReasonBlockedAddress,
		"http://127。0。0。1:PORT/":                                 ReasonBlockedAddress,
		"http://\uff11\uff12\uff17.\uff10.\uff10.\uff11:PORT/":   ReasonBlockedAddress,
		"http://ⓛⓞⓒⓐⓛⓗⓞⓢⓣ:PORT/":                                 ReasonBlockedAddress,
		"http://xn--lclhst-cua.example:PORT/":                    ReasonBlockedAddress,
		"http://%31%32%37.0.0.1:PORT/":                           ReasonBadRequest,
		"http://example.com@127.0.0.1:PORT/":                     ReasonBlockedAddress,
		"http://example.com:443@127.0.0.1:PORT/":                 ReasonBlockedAddress,
		"http://127.0.0.1:PORT/@example.com/":                    ReasonBlockedAddress,
		"http://127.0.0.1:PORT/#@example.com/":                   ReasonBlockedAddress,
		"http://127.0.0.1:PORT?@example.com/":                    ReasonBlockedAddress,
		"http://example.com\\@127.0.0.1:PORT/":                   ReasonBadRequest,
		"http://127.0.0.1\t:PORT/":                               ReasonBadRequest,
		"http://127.0.0.1%00.example.com:PORT/":                  ReasonBadRequest,
		"http://127.0.0.1\r\nHost: example.com:PORT/":            ReasonBadRequest,
		"http://[::ffff:127.0.0.1]:PORT/":                        ReasonBlockedAddress,
		"http://[::ffff:7f00:1]:PORT/":                           ReasonBlockedAddress,
		"http://[0:0:0:0:0:ffff:127.0.0.1]:PORT/":                ReasonBlockedAddress,
		"http://[0000:0000:0000:0000:0000:0000:0000:0001]:PORT/": ReasonBlockedAddress,
		"http://[::]:PORT/":                                      ReasonBlockedAddress,
		"http://[::1%25lo]:PORT/":                                ReasonBlockedAddress,
		"http://[::1]example.com:PORT/":                          ReasonBadRequest,
		"http://0.0.0.0:PORT/":                                   ReasonBlockedAddress,
		"http://0:PORT/":                                         ReasonDNS,
		"http://:PORT/":                                          ReasonBlockedAddress,
		"gopher://127.0.0.1:PORT/":                               ReasonBadRequest,
		"file:///etc/passwd":                                     ReasonBadRequest,
		"//127.0.0.1:PORT/":                                      ReasonBadRequest,
		"unix:///var/run/docker.sock":                            ReasonBadRequest,
	} {
		t.Run(url, func(t *testing.T) {
			res := at.caller.Call(t.Context(), request(t, strings.ReplaceAll(url, "PORT", at.port)))
			require.Equal(t, want, res.Reason)
			require.Zero(t, at.reached.Load())
		})
	}
}

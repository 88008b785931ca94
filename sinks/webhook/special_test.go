package webhook

import (
	"net/netip"
	"slices"
	"testing"
)

// special are IANA's registries of special-purpose addresses, and what of IPv6
// is not handed out to anybody; read from there and not from the list that the
// guard has.
var special = prefixes(
	// https://www.iana.org/assignments/iana-ipv4-special-registry
	"0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
	"192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16",
	"192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "240.0.0.0/4",
	"224.0.0.0/4",      // multicast, a registry of its own
	"168.63.129.16/32", // Azure's host agent
	// https://www.iana.org/assignments/iana-ipv6-special-registry
	"::1/128", "::/128", "::ffff:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "100:0:0:1::/64",
	"2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20", "5f00::/16", "fc00::/7", "fe80::/10",
	// https://www.iana.org/assignments/ipv6-address-space: all but 2000::/3
	"::/3", "4000::/2", "8000::/1",
)

func prefixes(texts ...string) []netip.Prefix {
	parsed := make([]netip.Prefix, len(texts))
	for i, text := range texts {
		parsed[i] = netip.MustParsePrefix(text)
	}
	return parsed
}

func isSpecial(addr netip.Addr) bool {
	return slices.ContainsFunc(special, func(p netip.Prefix) bool { return p.Contains(addr.WithZone("")) })
}

// The edges of every special network are refused, and what lies beside them is
// refused only where it belongs to another.
func TestGuardKnowsEverySpecialNetwork(t *testing.T) {
	g := newGuard(nil, 443)
	for _, p := range special {
		first, last := p.Masked().Addr(), lastOf(p)
		for _, addr := range []netip.Addr{first, last, first.Prev(), last.Next()} {
			if addr.IsValid() {
				requireVerdict(t, g, addr)
			}
		}
	}
}

// FuzzGuard holds the guard against the registries: what is special is never
// called, and what is not always may be.
func FuzzGuard(f *testing.F) {
	for _, p := range special {
		f.Add(p.Addr().AsSlice(), "", uint16(443))
		f.Add(lastOf(p).AsSlice(), "", uint16(443))
	}
	f.Add(netip.MustParseAddr("2606:2800:21f::1").AsSlice(), "eth0", uint16(80))
	g := newGuard(nil, 443, 80)
	f.Fuzz(func(t *testing.T, bytes []byte, zone string, port uint16) {
		addr, ok := netip.AddrFromSlice(bytes)
		if !ok {
			return
		}
		if addr.Is6() && !addr.Is4In6() {
			addr = addr.WithZone(zone)
		}
		if port != 443 && port != 80 {
			if g.control(network(addr), netip.AddrPortFrom(addr, port).String(), nil) == nil {
				t.Errorf("port %d of %s may be called", port, addr)
			}
			return
		}
		requireVerdict(t, g, addr)
	})
}

func requireVerdict(t *testing.T, g *guard, addr netip.Addr) {
	t.Helper()
	err := g.control(network(addr), netip.AddrPortFrom(addr, 443).String(), nil)
	if refused := err != nil; refused != (isSpecial(addr) || addr.Zone() != "") {
		t.Errorf("%s: %v", addr, err)
	}
}

func network(addr netip.Addr) string {
	if addr.Is4() {
		return "tcp4"
	}
	return "tcp6"
}

func lastOf(p netip.Prefix) netip.Addr {
	bytes := p.Masked().Addr().AsSlice()
	for bit := p.Bits(); bit < len(bytes)*8; bit++ {
		bytes[bit/8] |= 0x80 >> (bit % 8)
	}
	addr, _ := netip.AddrFromSlice(bytes)
	return addr
}

package api

import (
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// Proxies are networks of those who ask for others, and say for whom.
type Proxies []netip.Prefix

// has tells whether an address is a proxy's.
func (p Proxies) has(address netip.Addr) bool {
	return slices.ContainsFunc(p, func(network netip.Prefix) bool { return network.Contains(address) })
}

// see lets the rest see who makes a request, instead of the proxy between.
func (p Proxies) see(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if address := addressOf(r.RemoteAddr); p.has(address) {
			r.RemoteAddr = p.clientOf(r).String()
		}
		next.ServeHTTP(w, r)
	})
}

// clientOf returns who makes a request: the other end of the connection or, where
// that is a proxy, the last in X-Forwarded-For that is none. What stands before
// that one in the header is hearsay.
func (p Proxies) clientOf(r *http.Request) netip.Addr {
	address := addressOf(r.RemoteAddr)
	if !p.has(address) {
		return address
	}
	told := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for _, text := range slices.Backward(told) {
		before := addressOf(strings.TrimSpace(text))
		if !before.IsValid() {
			break
		}
		if address = before; !p.has(address) {
			break
		}
	}
	return address
}

// addressOf reads an address, with a port or without one. The zero address: it is
// none.
func addressOf(text string) netip.Addr {
	if host, _, err := net.SplitHostPort(text); err == nil {
		text = host
	}
	address, err := netip.ParseAddr(text)
	if err != nil {
		return netip.Addr{}
	}
	return address.WithZone("").Unmap()
}

// neighbours is the network whose addresses are one client's: an IPv6 client has
// 2^64 of them.
func neighbours(address netip.Addr) netip.Prefix {
	if address.Is6() {
		return netip.PrefixFrom(address, 64).Masked()
	}
	return netip.PrefixFrom(address, address.BitLen())
}

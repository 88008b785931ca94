package webhook

import (
	"errors"
	"fmt"
	"net/netip"
	"syscall"

	"code.dny.dev/ssrf"
)

var (
	errBlockedAddress = errors.New("the address must not be called")
	errBlockedPort    = errors.New("the port must not be called")
)

// guard says which addresses may be called (W13). It is asked by the dialer
// with the resolved address of every connection, so neither a name that
// changes its address nor a redirect gets past it. What it cannot read it
// refuses.
type guard struct {
	allowed []netip.Prefix
	base    *ssrf.Guardian
}

// newGuard makes a guard that lets calls go to some ports of the internet, and
// to any port of the allowed networks.
func newGuard(allowed []netip.Prefix, ports ...uint16) *guard {
	return &guard{
		allowed: allowed,
		// Its list is that of IANA's special-purpose addresses. To it comes the
		// host agent of one cloud, whose address looks like any other.
		base: ssrf.New(ssrf.WithPorts(ports...), ssrf.WithDeniedV4Prefixes(azureHostAgent())),
	}
}

// portsOf are the ports that options let calls go to.
func portsOf(o *Options) []uint16 {
	if o.ForbidPort80 {
		return []uint16{443}
	}
	return []uint16{443, 80}
}

// azureHostAgent hands out a machine's configuration and certificates to
// whoever can reach it from there.
func azureHostAgent() netip.Prefix {
	return netip.PrefixFrom(netip.AddrFrom4([4]byte{168, 63, 129, 16}), 32)
}

// control is a net.Dialer's Control: it runs after name resolution and before
// the connection.
func (g *guard) control(network, address string, c syscall.RawConn) error {
	target, err := netip.ParseAddrPort(address)
	if err != nil {
		return fmt.Errorf("%w: %q cannot be read", errBlockedAddress, address)
	}
	for _, prefix := range g.allowed {
		if prefix.Contains(target.Addr().Unmap()) {
			return nil
		}
	}
	switch err := g.base.Safe(network, address, c); {
	case err == nil:
		return nil
	case errors.Is(err, ssrf.ErrProhibitedPort):
		return fmt.Errorf("%w: %w", errBlockedPort, err)
	default:
		return fmt.Errorf("%w: %w", errBlockedAddress, err)
	}
}

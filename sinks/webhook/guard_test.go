package webhook

import (
	"net/netip"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestGuard: what may be called, and what cannot be read. What is hostile is in
// hostile_test.go, and special_test.go has the registries.
func TestGuard(t *testing.T) {
	own := []netip.Prefix{netip.MustParsePrefix("10.1.0.0/16"), netip.MustParsePrefix("fd12::/16")}
	for _, row := range []struct {
		name, address string
		want          error
	}{
		{"public IPv4", "93.184.215.14:443", nil},
		{"public IPv4, port 80", "93.184.215.14:80", nil},
		{"public IPv6", "[2606:2800:21f:cb07:6820:80da:af6b:8b2c]:443", nil},
		{"port of a database", "93.184.215.14:5432", errBlockedPort},
		{"port 0", "93.184.215.14:0", errBlockedPort},

		{"private", "10.0.0.1:443", errBlockedAddress},
		{"IPv4-mapped public", "[::ffff:93.184.215.14]:80", errBlockedAddress},
		{"allowed with zone", "[fd12::1%eth0]:80", errBlockedAddress},

		{"own premises", "10.1.2.3:443", nil},
		{"own premises, any port", "10.1.2.3:9999", nil},
		{"own premises by IPv6", "[fd12::1]:8080", nil},
		{"own premises, IPv4-mapped", "[::ffff:10.1.2.3]:8080", nil},
		{"beside own premises", "10.2.0.1:443", errBlockedAddress},
		{"NAT64 of own premises", "[64:ff9b::a01:203]:443", errBlockedAddress},

		{"no port", "93.184.215.14", errBlockedAddress},
		{"a name", "example.com:443", errBlockedAddress},
		{"nothing", "", errBlockedAddress},
		{"octal", "0177.0.0.1:80", errBlockedAddress},
	} {
		t.Run(row.name, func(t *testing.T) {
			err := newGuard(own, 443, 80).control(networkOf(row.address), row.address, nil)
			if row.want == nil {
				require.NoError(t, err)
				return
			}
			require.ErrorIs(t, err, row.want)
		})
	}
}

// networkOf is what a dialer calls the network of an address.
func networkOf(address string) string {
	if len(address) > 0 && address[0] == '[' {
		return "tcp6"
	}
	return "tcp4"
}

func TestGuardOtherNetworks(t *testing.T) {
	require.ErrorIs(t, newGuard(nil, 443, 80).control("udp4", "93.184.215.14:443", nil), errBlockedAddress)
}

func TestGuardForbidsPort80(t *testing.T) {
	g := newGuard([]netip.Prefix{netip.MustParsePrefix("10.1.0.0/16")}, portsOf(&Options{ForbidPort80: true})...)
	require.ErrorIs(t, g.control("tcp4", "93.184.215.14:80", nil), errBlockedPort)
	require.NoError(t, g.control("tcp4", "93.184.215.14:443", nil))
	require.NoError(t, g.control("tcp4", "10.1.0.1:80", nil))
}

package webhook

import (
	"net/netip"
	"testing"

	"github.com/stretchr/testify/require"
)

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

		{"this host", "0.0.0.0:80", errBlockedAddress},
		{"this network", "0.1.2.3:80", errBlockedAddress},
		{"loopback", "127.0.0.1:80", errBlockedAddress},
		{"all of loopback", "127.255.255.254:443", errBlockedAddress},
		{"private 10", "10.0.0.1:443", errBlockedAddress},
		{"private 172.16", "172.31.255.255:443", errBlockedAddress},
		{"private 192.168", "192.168.1.1:443", errBlockedAddress},
		{"carrier-grade NAT", "100.64.0.1:443", errBlockedAddress},
		{"link-local", "169.254.1.1:80", errBlockedAddress},
		{"IETF protocol assignments", "192.0.0.8:80", errBlockedAddress},
		{"documentation 1", "192.0.2.1:80", errBlockedAddress},
		{"documentation 2", "198.51.100.1:80", errBlockedAddress},
		{"documentation 3", "203.0.113.1:80", errBlockedAddress},
		{"6to4 relays", "192.88.99.1:80", errBlockedAddress},
		{"benchmarks", "198.19.0.1:80", errBlockedAddress},
		{"multicast", "224.0.0.1:80", errBlockedAddress},
		{"reserved", "240.0.0.1:80", errBlockedAddress},
		{"broadcast", "255.255.255.255:80", errBlockedAddress},

		{"metadata of AWS, GCP, Azure", "169.254.169.254:80", errBlockedAddress},
		{"metadata of AWS tasks", "169.254.170.2:80", errBlockedAddress},
		{"metadata of Alibaba", "100.100.100.200:80", errBlockedAddress},
		{"metadata of Oracle", "192.0.0.192:80", errBlockedAddress},
		{"host agent of Azure", "168.63.129.16:80", errBlockedAddress},
		{"metadata of AWS by IPv6", "[fd00:ec2::254]:80", errBlockedAddress},
		{"metadata of GCP by IPv6", "[fd20:ce::254]:80", errBlockedAddress},

		{"IPv6 unspecified", "[::]:80", errBlockedAddress},
		{"IPv6 loopback", "[::1]:80", errBlockedAddress},
		{"IPv4-mapped loopback", "[::ffff:127.0.0.1]:80", errBlockedAddress},
		{"IPv4-mapped private", "[::ffff:10.0.0.1]:80", errBlockedAddress},
		{"IPv4-mapped public", "[::ffff:93.184.215.14]:80", errBlockedAddress},
		{"IPv4-compatible", "[::127.0.0.1]:80", errBlockedAddress},
		{"IPv4-translated", "[::ffff:0:127.0.0.1]:80", errBlockedAddress},
		{"NAT64 of loopback", "[64:ff9b::7f00:1]:80", errBlockedAddress},
		{"NAT64 of public", "[64:ff9b::5db8:d70e]:80", errBlockedAddress},
		{"local NAT64", "[64:ff9b:1::7f00:1]:80", errBlockedAddress},
		{"6to4 of private", "[2002:0a00:0001::1]:80", errBlockedAddress},
		{"Teredo", "[2001:0:4136:e378:8000:63bf:3fff:fdd2]:80", errBlockedAddress},
		{"ORCHID", "[2001:20::1]:80", errBlockedAddress},
		{"unique local", "[fd00::1]:80", errBlockedAddress},
		{"link-local IPv6", "[fe80::1]:80", errBlockedAddress},
		{"link-local with zone", "[fe80::1%eth0]:80", errBlockedAddress},
		{"allowed with zone", "[fd12::1%eth0]:80", errBlockedAddress},
		{"site-local", "[fec0::1]:80", errBlockedAddress},
		{"IPv6 multicast", "[ff02::1]:80", errBlockedAddress},
		{"IPv6 documentation", "[2001:db8::1]:80", errBlockedAddress},
		{"new IPv6 documentation", "[3fff::1]:80", errBlockedAddress},
		{"discard prefix", "[100::1]:80", errBlockedAddress},
		{"segment routing", "[5f00::1]:80", errBlockedAddress},

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
			err := newGuard(own, false).control(networkOf(row.address), row.address, nil)
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
	require.ErrorIs(t, newGuard(nil, false).control("udp4", "93.184.215.14:443", nil), errBlockedAddress)
}

func TestGuardForbidsPort80(t *testing.T) {
	g := newGuard([]netip.Prefix{netip.MustParsePrefix("10.1.0.0/16")}, true)
	require.ErrorIs(t, g.control("tcp4", "93.184.215.14:80", nil), errBlockedPort)
	require.NoError(t, g.control("tcp4", "93.184.215.14:443", nil))
	require.NoError(t, g.control("tcp4", "10.1.0.1:80", nil))
}

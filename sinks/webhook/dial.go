package webhook

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"sync/atomic"
	"time"
)

// dialer makes connections. The guard sees each of them (W13), whichever way
// it is made.
type dialer struct {
	net.Dialer

	names *net.Resolver // of Dialer, never nil
	// sources are the addresses that connections may leave from; none: the
	// system chooses.
	sources []netip.Addr
	turn    atomic.Uint32
}

func newDialer(o *Options) *dialer {
	d := &dialer{names: net.DefaultResolver, sources: o.Sources}
	if o.Resolver != nil {
		d.names = o.Resolver
	}
	// A connection is made beside the call that asked for it, and may outlive it
	// for the next one: it must end by itself.
	d.Timeout = o.Timeout
	d.Resolver, d.Control = d.names, newGuard(o.AllowedNetworks, portsOf(o)...).control
	return d
}

// dial connects to a host and port.
func (d *dialer) dial(ctx context.Context, network, address string) (net.Conn, error) {
	ctx = followDial(ctx)
	if len(d.sources) == 0 {
		return d.DialContext(ctx, network, address)
	}
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, fmt.Errorf("dialling %s: %w", address, err)
	}
	// The transport's context has no deadline, for a connection may outlive the
	// call that asked for it.
	ctx, cancel := context.WithTimeout(ctx, d.Timeout)
	defer cancel()
	targets, err := d.names.LookupNetIP(ctx, "ip", host)
	if err != nil {
		return nil, err
	}
	var failures error
	for i, target := range targets {
		source, ok := d.source(target)
		if !ok {
			failures = errors.Join(failures, fmt.Errorf("dialling %s: no source address is of its kind", target))
			continue
		}
		conn, err := d.from(ctx, source, network, net.JoinHostPort(target.String(), port), len(targets)-i)
		if err == nil {
			return conn, nil
		}
		failures = errors.Join(failures, err)
	}
	return nil, failures
}

// from connects from one address, within a fair part of the time left when
// others remain to be tried.
func (d *dialer) from(ctx context.Context, source netip.Addr, network, target string, remaining int) (net.Conn, error) {
	end, _ := ctx.Deadline()
	ctx, cancel := context.WithTimeout(ctx, time.Until(end)/time.Duration(remaining))
	defer cancel()
	own := d.Dialer
	own.LocalAddr = net.TCPAddrFromAddrPort(netip.AddrPortFrom(source, 0))
	return own.DialContext(ctx, network, target)
}

// source chooses the next address of a target's kind, IPv4 or IPv6.
func (d *dialer) source(target netip.Addr) (netip.Addr, bool) {
	var fit []netip.Addr
	for _, s := range d.sources {
		if s.Unmap().Is4() == target.Unmap().Is4() {
			fit = append(fit, s)
		}
	}
	if len(fit) == 0 {
		return netip.Addr{}, false
	}
	return fit[int(d.turn.Add(1)-1)%len(fit)], true
}

package config

import (
	"net"
	"net/netip"
	"time"
)

// HTTP says where metrics and health are served, and when the process calls
// itself ready.
type HTTP struct {
	Listen        string        `help:"Address for /metrics, /healthz and /readyz, host:port." default:"127.0.0.1:8080" form:"listen" why:"Prometheus or an orchestrator on another machine is to reach it."`
	ReadyLag      time.Duration `help:"After a start, /readyz waits until no job is further behind than this, so that a rolling restart does not stop the next instance while this one catches up. 0: it does not look at lag." default:"30s" range:"0s..24h" why:"Longer where records come in bursts."`
	ReadyPatience time.Duration `help:"How long it waits for that, from the time when all state is restored. Then the instance is ready all the same: a backlog that lasts must not keep every instance out." default:"5m" range:"0s..24h" why:"Longer where catching up takes longer."`
	DebugListen   string        `help:"Address for profiles (/debug/pprof/) and the execution trace of the last seconds (/debug/trace), host:port; without a host it is of this machine alone. They need no key, so keep others out. Empty: there are none." placeholder:"ADDR" form:"listen" why:"To look into a process that is slow or large."`
}

// warnings says what is allowed but seldom meant.
func (h *HTTP) warnings() []string {
	if opens(h.DebugListen) {
		return []string{"--http-debug-listen " + h.DebugListen + " shows profiles to other machines, without a key"}
	}
	return nil
}

// opens tells whether others can reach an address.
func opens(address string) bool {
	host, _, err := net.SplitHostPort(address)
	if err != nil || host == "" || host == "localhost" {
		return false
	}
	ip, err := netip.ParseAddr(host)
	return err != nil || !ip.IsLoopback()
}

package config

import (
	"errors"
	"fmt"
	"strings"
)

// ClickHouse says which ClickHouse to use.
type ClickHouse struct {
	Addr      []string `help:"Address of a ClickHouse, native protocol, host:port; several of a replicated cluster, of which the first that answers is used. Empty: the embedded one." placeholder:"HOST:PORT" form:"address" why:"A server of your own: the embedded one is for one machine."`
	Port      int      `help:"Port of the embedded ClickHouse on loopback, native protocol." default:"9000" range:"0..65535" unit:"" why:"Another one is taken. 0: any that is free."`
	HTTPPort  int      `help:"Port of the embedded ClickHouse on loopback, HTTP." default:"8123" range:"0..65535" unit:"" why:"Another one is taken. 0: any that is free."`
	Database  string   `help:"Database for Waybill's tables." default:"waybill" form:"identifier" why:"Several deployments on one server."`
	Cluster   string   `help:"Cluster of the servers' configuration whose shards hold the tables. Empty: one server." placeholder:"NAME" why:"One server is not enough, or must not be the only one."`
	User      string   `help:"User." default:"default" why:"Rights of its own for Waybill, not those of everybody."`
	Password  Secret   `help:"Password. Better set by environment or file than by flag, where others can see it." why:"The user has one."`
	TLS       bool     `name:"tls" help:"Speak TLS with the server, on its port for that (9440 by its default)." why:"The network between is not yours alone."`
	TLSFiles  TLS      `embed:"" prefix:"tls-"`
	Library   string   `help:"Path of the ClickHouse library for the embedded one. Empty: the default places." type:"path" form:"file" why:"The library lies where it is not looked for."`
	MaxMemory int64    `help:"Memory of the embedded ClickHouse. 0: nine tenths of the machine's." default:"0" range:"0,268435456.." unit:"bytes" why:"Other programs of the machine need memory too."`

	Unreplicated bool `help:"The cluster has one server a shard and no Keeper: its tables are not replicated, and each server is migrated for itself." why:"Shards for room alone, without copies."`

	KeepShipments int `help:"Days for which a shipment is kept with all that hangs on it, from its first input. What is past goes within a week or so, by the server's clock; replays of what is older leave nothing. 0: for ever. This and the following are to be the same for all instances." default:"0" range:"0,120..36500" unit:"days" why:"Disk is short, or data about persons must go. A shipment is followed for 30 days, and baselines come from the 90 before."`
	KeepEvents    int `help:"Days for which its events are kept, likewise, where that is to be less. 0: as long as the shipment." default:"0" range:"0,120..36500" unit:"days" why:"They take the most room."`
	KeepDecisions int `help:"Days for which it is kept what became of each raw event, and why, from its arrival. 0: for ever." default:"0" range:"0,1..36500" unit:"days" why:"Nobody asks any more why an event of then was dropped."`
	KeepWebhooks  int `help:"Days for which webhooks are kept with their bodies. 0: for ever." default:"36" range:"0,36..36500" unit:"days" why:"More to look at what was sent; for 35 days webhooks can be sent again."`
	KeepAttempts  int `help:"Days for which attempts at webhooks are kept, not fewer than the webhooks: without them a webhook would seem not tried. 0: for ever." default:"0" range:"0,36..36500" unit:"days" why:"Longer to prove what was tried."`
	KeepAudit     int `help:"Days for which it is kept who did what, from when it was asked for. 0: for ever." default:"400" range:"0,30..36500" unit:"days" why:"Your rules ask for more, or for less."`
}

// Address returns the servers to talk to, with commas between.
func (c ClickHouse) Address() string { return strings.Join(c.Addrs(), ",") }

// Addrs returns the servers to talk to; the first that answers is used.
func (c ClickHouse) Addrs() []string {
	if len(c.Addr) > 0 {
		return c.Addr
	}
	return []string{loopback(c.Port)}
}

// checkCluster refuses a cluster that is none.
func (c ClickHouse) checkCluster() error {
	switch {
	case c.Cluster != "" && len(c.Addr) == 0:
		return fmt.Errorf("--clickhouse-cluster is %q and --clickhouse-addr is empty; the embedded ClickHouse is one server", c.Cluster)
	case c.Unreplicated && c.Cluster == "":
		return errors.New("--clickhouse-unreplicated is about the tables of a --clickhouse-cluster, and none is named")
	}
	return nil
}

// checkSecured refuses what contradicts itself in how the servers are reached.
func (c ClickHouse) checkSecured() error {
	if len(c.Addr) == 0 && c.TLS {
		return errors.New("--clickhouse-tls is set and --clickhouse-addr is empty; the embedded ClickHouse is on loopback and speaks none: name the server")
	}
	if len(c.Addrs()) > 1 && (c.Cluster == "" || c.Unreplicated) {
		return fmt.Errorf("--clickhouse-addr names several servers (%s) and they are no replicated cluster: rows would lie now here, now there; name --clickhouse-cluster, or one server", c.Address())
	}
	return c.TLSFiles.check("clickhouse", c.TLS)
}

// checkKept refuses attempts that go before their webhooks.
func (c ClickHouse) checkKept() error {
	if c.KeepAttempts != 0 && (c.KeepWebhooks == 0 || c.KeepAttempts < c.KeepWebhooks) {
		return fmt.Errorf("--clickhouse-keep-attempts is %d and --clickhouse-keep-webhooks %d (0: for ever); a webhook without its attempts would seem not tried, so keep them as long at least", c.KeepAttempts, c.KeepWebhooks)
	}
	return nil
}

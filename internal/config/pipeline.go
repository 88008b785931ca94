package config

import (
	"fmt"
	"os"
	"runtime"
	"time"
)

// Pipeline says how the stateful middle runs.
type Pipeline struct {
	Instance       string        `help:"Name of this instance, the same after a restart. Empty: the host's name." why:"The host's name changes over restarts, as in a container, or two instances share a host."`
	Workers        int           `help:"Members of the consumer group in this process. 0: one per processor core." default:"0" range:"0..1024" unit:"members" why:"Fewer leaves processors to others."`
	Clock          string        `help:"live: the broker's clock; log: the records' own, for replays." enum:"live,log" default:"live" why:"Recorded events are played again."`
	CommitInterval time.Duration `help:"How often a busy task commits." default:"100ms" range:"1ms..1m" why:"Longer is cheaper and later."`
	ReorderHold    time.Duration `help:"How long a new event waits for earlier ones (O1). 0: not at all." default:"2s" range:"0s..24h" why:"Longer puts more events in order before anybody is told; every webhook waits as long."`
	OrphanHold     time.Duration `help:"How long an event waits for a registration (R9)." default:"72h" range:"0s..720h" why:"Longer where registrations come long after the first events."`
	KnownCarriers  bool          `help:"Refuse registrations for carriers that Waybill's table does not have, as not tracked (R3). Without it any carrier's name is taken, for a producer may bring events of any." why:"Nobody brings events of other carriers, so a wrong name is a mistake."`
	StalledAfter   time.Duration `help:"How long a parcel may be without a physical scan where the baselines do not know what is usual (D3)." default:"72h" range:"1h..2160h" why:"Shorter for express networks, longer for sea freight."`
	AtRiskChance   float64       `help:"Chance to miss the promise, or else the first ETA, from which on a parcel is at risk (D4)." default:"0.7" range:">0..<1" unit:"" why:"Lower warns earlier and more often in vain."`
	PollInterval   time.Duration `help:"How long after the last poll, or the last event, a carrier that has a poller is asked about a parcel again (D8). 0: never." default:"2h" range:"0s,1m..720h" why:"Shorter learns sooner; carriers limit how often they may be asked."`
	PollDelivering time.Duration `help:"The same while the parcel is out for delivery, when much happens." default:"30m" range:"1m..720h" why:"Shorter learns sooner; carriers limit how often they may be asked."`
	Operators      []string      `help:"Tenants that are operators: they may withdraw an event for all who follow the parcel (O8). Nobody else may, for no tenant may change what another is told (R10)." default:"default" why:"Those who may correct what all see are not the tenant default."`
	BaselinesEvery time.Duration `help:"How often what is usual on each lane is worked out anew from ClickHouse (D3, D4). 0, and always in replays: only by 'waybill baselines build'." default:"24h" range:"0s,1m..8760h" why:"Shorter follows a season sooner; each time ClickHouse reads 90 days."`
	MaxEndpoints   int           `help:"Endpoints that a tenant may have (W9). One record of state those of a tenant, 600 KB at most." default:"16" range:"1..1000" unit:"endpoints" why:"Tenants that need more places; each job holds all in memory."`
	Quotas         string        `help:"Quotas of tenants (YAML): units of usage per calendar month, for each and by default. With it the role quotas runs, and registrations beyond are refused (R8). Empty: no limits." type:"path" placeholder:"FILE" form:"file" why:"Tenants pay by use, or must not flood the others."`
	StateDir       string        `help:"Folder for the jobs' state, on a disk of this machine. It may be lost: it is then restored from Kafka. Empty: the folder state in --data." type:"path" form:"made-folder" why:"A faster or larger disk than that of --data."`
	StateCache     int           `help:"Memory for the jobs' state: half for what lies on disk, half for values as the jobs use them. Beside it up to 400 MiB hold what changed last: 256 for tracking, 128 for delivery, 16 for endpoints, 16 for quotas where there are some." default:"512" range:"16..1048576" unit:"MiB" why:"More saves reads and decoding."`

	StandbyReplicas int  `help:"How many other processes follow each task's state, to go on with it at once when its own dies. Each costs the disk and the reading of the whole state once more." default:"0" range:"0..100" unit:"processes" why:"A restore from Kafka would take longer than you can wait."`
	LeaveOnShutdown bool `help:"Give the tasks to other instances at once when this one stops, not after ten seconds." why:"For scaling in; without it a restart within ten seconds finds its tasks still its own."`
}

// Polls tells whether polls are asked for. A replay must not: carriers cannot be
// asked about the past.
func (p Pipeline) Polls() bool { return p.PollInterval > 0 && p.Clock == "live" }

// WorkerCount returns the number of workers.
func (p Pipeline) WorkerCount() int {
	if p.Workers > 0 {
		return p.Workers
	}
	return runtime.GOMAXPROCS(0)
}

// InstanceName returns the instance's name.
func (p Pipeline) InstanceName() (string, error) {
	if p.Instance != "" {
		return p.Instance, nil
	}
	name, err := os.Hostname()
	if err != nil {
		return "", fmt.Errorf("asking for the host's name (set --instance instead): %w", err)
	}
	return name, nil
}

package config

import (
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"time"
)

// Settings are all settings that commands share. Each has its default, unit
// and reason in its tag; `waybill config check` prints the effective values.
type Settings struct {
	Data       string     `help:"Folder for what is kept on this machine: the jobs' state, and Kafka and ClickHouse when they are embedded." default:"data" type:"path"`
	Kafka      Kafka      `embed:"" prefix:"kafka-" group:"Kafka"`
	ClickHouse ClickHouse `embed:"" prefix:"clickhouse-" group:"ClickHouse"`
	Pipeline   Pipeline   `embed:"" group:"Pipeline"`
	Knowledge  Knowledge  `embed:"" group:"Knowledge"`
	Webhook    Webhook    `embed:"" prefix:"webhook-" group:"Webhooks"`
	SecretKeys string     `help:"File of the keys that endpoints' secrets and header values are sealed with, so that no topic and no state holds them readable (W10): 'waybill secrets new-key' makes one. All who add endpoints or send webhooks need the same. Empty: secrets.key in --data where Kafka is embedded; another Kafka's keys must be named." placeholder:"FILE" group:"Webhooks"`
	API        API        `embed:"" prefix:"api-" group:"HTTP API"`
	Connectors Connectors `embed:"" group:"Connectors"`
	HTTP       HTTP       `embed:"" prefix:"http-" group:"Metrics and health"`
	Log        Log        `embed:"" prefix:"log-" group:"Logs"`
}

// Kafka says which Kafka to use and how topics are laid out.
type Kafka struct {
	Brokers     []string `help:"Addresses of a Kafka, host:port. Empty: the embedded one." placeholder:"HOST:PORT"`
	Port        int      `help:"Port of the embedded Kafka on loopback." default:"9092"`
	Fsync       bool     `help:"Embedded Kafka waits for the disk at every write: slower, but survives a power cut."`
	Prefix      string   `help:"Stands before every topic name, so that two deployments can share a Kafka."`
	Partitions  int      `help:"Partitions of topics that are made, 1 to 10000. More allow more instances; they cannot be reduced." default:"4"`
	Replication int      `help:"Copies of every partition of topics that are made; -1 is the broker's default." default:"-1"`
}

// Addrs returns the brokers to talk to.
func (k Kafka) Addrs() []string {
	if len(k.Brokers) > 0 {
		return k.Brokers
	}
	return []string{loopback(k.Port)}
}

// ClickHouse says which ClickHouse to use.
type ClickHouse struct {
	Addr      string `help:"Address of a ClickHouse, native protocol, host:port. Empty: the embedded one." placeholder:"HOST:PORT"`
	Port      int    `help:"Port of the embedded ClickHouse on loopback, native protocol." default:"9000"`
	HTTPPort  int    `help:"Port of the embedded ClickHouse on loopback, HTTP." default:"8123"`
	Database  string `help:"Database for Waybill's tables." default:"waybill"`
	User      string `help:"User." default:"default"`
	Password  string `help:"Password. Better set by environment than by flag." secret:""`
	Library   string `help:"Path of the ClickHouse library for the embedded one. Empty: the default places." type:"path"`
	MaxMemory int64  `help:"Memory of the embedded ClickHouse, bytes. 0: nine tenths of the machine's." default:"0"`
}

// Address returns the server to talk to.
func (c ClickHouse) Address() string {
	if c.Addr != "" {
		return c.Addr
	}
	return loopback(c.Port)
}

// Pipeline says how the stateful middle runs.
type Pipeline struct {
	Instance       string        `help:"Name of this instance, the same after a restart. Empty: the host's name."`
	Workers        int           `help:"Members of the consumer group in this process. 0: one per processor core." default:"0"`
	Clock          string        `help:"live: the broker's clock; log: the records' own, for replays." enum:"live,log" default:"live"`
	CommitInterval time.Duration `help:"How often a busy task commits. Longer is cheaper and later." default:"100ms"`
	ReorderHold    time.Duration `help:"How long a new event waits for earlier ones (O1). 0: not at all." default:"2s"`
	OrphanHold     time.Duration `help:"How long an event waits for a registration (R9)." default:"72h"`
	KnownCarriers  bool          `help:"Refuse registrations for carriers that Waybill's table does not have, as not tracked (R3). Without it any carrier's name is taken, for a producer may bring events of any."`
	StalledAfter   time.Duration `help:"How long a parcel may be without a physical scan where the baselines do not know what is usual (D3)." default:"72h"`
	AtRiskChance   float64       `help:"Chance to miss the promise, or else the first ETA, from which on a parcel is at risk, above 0 and below 1 (D4). Lower warns earlier and more often in vain." default:"0.7"`
	PollInterval   time.Duration `help:"How long after the last poll, or the last event, a carrier that has a poller is asked about a parcel again (D8). 0: never." default:"2h"`
	PollDelivering time.Duration `help:"The same while the parcel is out for delivery, when much happens." default:"30m"`
	Operators      []string      `help:"Tenants that are operators: they may withdraw an event for all who follow the parcel (O8). Nobody else may, for no tenant may change what another is told (R10)." default:"default"`
	BaselinesEvery time.Duration `help:"How often what is usual on each lane is worked out anew from ClickHouse (D3, D4). 0, and always in replays: only by 'waybill baselines build'." default:"24h"`
	MaxEndpoints   int           `help:"Endpoints that a tenant may have, 1 to 1000 (W9). Each job holds all of them in memory, and one record of state those of a tenant, 600 KB at most." default:"16"`
	Quotas         string        `help:"Quotas of tenants (YAML): units of usage per calendar month, for each and by default. With it the role quotas runs, and registrations beyond are refused (R8). Empty: no limits." type:"path" placeholder:"FILE"`
	StateDir       string        `help:"Folder for the jobs' state, on a disk of this machine. It may be lost: it is then restored from Kafka. Empty: the folder state in --data." type:"path"`
	StateCache     int           `help:"Memory for the jobs' state, MiB: half for what lies on disk, half for values as the jobs use them. More saves reads and decoding. Beside it up to 300 MiB hold what changed last: 192 for tracking, 96 for delivery, 12 for endpoints, 12 for quotas where there are some." default:"512"`

	StandbyReplicas int  `help:"How many other processes follow each task's state, to go on with it at once when its own dies. Each costs the disk and the reading of the whole state once more." default:"0"`
	LeaveOnShutdown bool `help:"Give the tasks to other instances at once when this one stops, not after ten seconds. For scaling in; without it a restart within that time finds its tasks still its own."`
}

// Knowledge names files of the user's own beside what this build carries. All
// instances of a deployment should have the same ones.
type Knowledge struct {
	Model    string `help:"Status model of your own (YAML); it takes the place of the whole built-in one. Empty: the built-in one." type:"path" placeholder:"FILE"`
	Maps     string `help:"Folder of code maps of your own (YAML): each takes the place of the built-in map of its source or dialect, or is added. Empty: the built-in ones." type:"path" placeholder:"DIR"`
	Carriers string `help:"Carriers of your own (YAML): each takes the place of the built-in entry of its slug, or is added. Empty: the built-in ones." type:"path" placeholder:"FILE"`
}

// Polls tells whether polls are asked for. A replay must not: carriers cannot be
// asked about the past.
func (p Pipeline) Polls() bool { return p.PollInterval > 0 && p.Clock == "live" }

// StateFolder returns the folder for the jobs' state.
func (s *Settings) StateFolder() string {
	if s.Pipeline.StateDir != "" {
		return s.Pipeline.StateDir
	}
	return filepath.Join(s.Data, "state")
}

// SecretKeysFile returns the file of keys, empty where it must be named and is
// not.
func (s *Settings) SecretKeysFile() string {
	if s.SecretKeys == "" && len(s.Kafka.Brokers) == 0 {
		return filepath.Join(s.Data, "secrets.key")
	}
	return s.SecretKeys
}

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

// Webhook says how webhooks are called.
type Webhook struct {
	Allow            []netip.Prefix `help:"Networks that may be called although they are private, with any port (W13), such as 127.0.0.0/8 for a receiver on this machine." placeholder:"NETWORK"`
	Timeout          time.Duration  `help:"Longest time for one call." default:"15s"`
	InFlight         int            `help:"Calls at a time, over all endpoints, in this process (W7). Each takes a connection and, while it lasts, its body's memory. With none free, webhooks wait in Kafka." default:"2048"`
	EndpointInFlight int            `help:"Calls at a time to an endpoint that names no limit of its own, over all instances (W7). It gets there by taking them well; one that answers slowly under load, or not at all, gets fewer." default:"100"`

	Schedule     string        `help:"Schedule of retries of endpoints that choose none: waybill, intersoft, shipengine or aftership, as the platforms of these names publish theirs (W3). The same for all instances." enum:"waybill,intersoft,shipengine,aftership" default:"waybill"`
	SuspendAfter time.Duration `help:"How long an endpoint fails without one success until it is suspended: its webhooks are kept, and only their own schedule asks whether it is back (W8). Shorter spares calls to the dead; longer bears with a night's outage. The same for all instances." default:"24h"`

	ForbidPort80 bool         `name:"forbid-port-80" help:"Call port 443 only, so that nothing is sent in the clear (W13). Networks of --webhook-allow are called on any port all the same."`
	RootCAs      string       `name:"root-cas" help:"File of certificates (PEM) that are trusted beside the system's, for receivers with certificates of your own." type:"path" placeholder:"FILE"`
	Source       []netip.Addr `help:"Addresses of this machine that calls leave from, in turn, for receivers that let in only addresses they know; the API lists them. IPv4 and IPv6 each go to their own kind, and a receiver of a kind without one is not called. Empty: the system chooses." placeholder:"ADDRESS"`
}

// API says how the HTTP API is served.
type API struct {
	Listen string  `help:"Address of the HTTP API, host:port. It speaks HTTP without TLS: beyond this machine, put what ends TLS before it. Empty: no API." default:"127.0.0.1:8081"`
	Keys   string  `help:"File of API keys (YAML), of each only a digest: 'waybill keys new' makes one. A changed file counts within a second. Empty: api-keys.yaml in --data, made with one key of the tenant default, printed once; an address that is not loopback needs a file." placeholder:"FILE"`
	Rate   float64 `help:"Requests a second that each key may make of this process; what is not used is saved up for two seconds. More lets a client do more, and disturb others more." default:"50"`
}

// Connectors say what comes in beside the topics and the API.
type Connectors struct {
	Accounts string `help:"File of the tenants' accounts at carriers and platforms (YAML): whose webhooks are taken, how they prove who sent them, and whose keys polls use. It says where secrets are, in the environment or in files, and holds none. A change of it, or of a secret's file, counts within a second. Empty: no webhooks of carriers are taken, and nobody is polled." placeholder:"FILE"`
}

// HTTP says where metrics and health are served.
type HTTP struct {
	Listen string `help:"Address for /metrics, /healthz and /readyz, host:port." default:"127.0.0.1:8080"`
}

// Log says how logs are written.
type Log struct {
	Format string     `help:"text or json." enum:"text,json" default:"text"`
	Level  slog.Level `help:"debug, info, warn or error." default:"info"`
}

// Logger makes the logger.
func (l Log) Logger() *slog.Logger {
	options := &slog.HandlerOptions{Level: l.Level}
	if l.Format == "json" {
		return slog.New(slog.NewJSONHandler(os.Stderr, options))
	}
	return slog.New(slog.NewTextHandler(os.Stderr, options))
}

// Validate refuses values that no command can work with. kong calls it.
func (s *Settings) Validate() error {
	switch {
	case s.Kafka.Partitions < 1 || s.Kafka.Partitions > 10000:
		return fmt.Errorf("--kafka-partitions is %d; it must lie in 1 to 10000", s.Kafka.Partitions)
	case s.Pipeline.CommitInterval <= 0:
		return fmt.Errorf("--commit-interval is %s; it must be positive", s.Pipeline.CommitInterval)
	case s.Pipeline.ReorderHold < 0:
		return fmt.Errorf("--reorder-hold is %s; it must not be negative", s.Pipeline.ReorderHold)
	case s.Pipeline.StalledAfter <= 0:
		return fmt.Errorf("--stalled-after is %s; it must be positive", s.Pipeline.StalledAfter)
	case s.Pipeline.BaselinesEvery < 0:
		return fmt.Errorf("--baselines-every is %s; it must not be negative", s.Pipeline.BaselinesEvery)
	case s.Pipeline.AtRiskChance <= 0 || s.Pipeline.AtRiskChance >= 1:
		return fmt.Errorf("--at-risk-chance is %v; it must lie between 0 and 1", s.Pipeline.AtRiskChance)
	case s.Pipeline.PollInterval < 0 || s.Pipeline.PollDelivering <= 0:
		return fmt.Errorf("--poll-interval is %s and --poll-delivering %s; neither may be negative, nor the second 0", s.Pipeline.PollInterval, s.Pipeline.PollDelivering)
	case s.Pipeline.StateCache < 16:
		return fmt.Errorf("--state-cache is %d MiB; it must be at least 16", s.Pipeline.StateCache)
	case s.Pipeline.StandbyReplicas < 0:
		return fmt.Errorf("--standby-replicas is %d; it must not be negative", s.Pipeline.StandbyReplicas)
	case s.API.Rate <= 0:
		return fmt.Errorf("--api-rate is %v; it must be above 0", s.API.Rate)
	case s.Webhook.Timeout <= 0:
		return fmt.Errorf("--webhook-timeout is %s; it must be positive", s.Webhook.Timeout)
	case s.Webhook.SuspendAfter <= 0:
		return fmt.Errorf("--webhook-suspend-after is %s; it must be positive", s.Webhook.SuspendAfter)
	case s.Pipeline.MaxEndpoints < 1 || s.Pipeline.MaxEndpoints > 1000:
		return fmt.Errorf("--max-endpoints is %d; it must lie in 1 to 1000", s.Pipeline.MaxEndpoints)
	case s.Webhook.InFlight < 1:
		return fmt.Errorf("--webhook-in-flight is %d; it must be at least 1", s.Webhook.InFlight)
	case s.Webhook.EndpointInFlight < 1:
		return fmt.Errorf("--webhook-endpoint-in-flight is %d; it must be at least 1", s.Webhook.EndpointInFlight)
	}
	return nil
}

// Warnings says what is allowed but seldom meant.
func (s *Settings) Warnings() []string {
	var found []string
	if s.Pipeline.ReorderHold > time.Minute {
		found = append(found, "--reorder-hold is over a minute: every webhook waits that long")
	}
	if s.Kafka.Fsync && len(s.Kafka.Brokers) > 0 {
		found = append(found, "--kafka-fsync concerns the embedded Kafka only, and --kafka-brokers is set")
	}
	if s.ClickHouse.MaxMemory > 0 && s.ClickHouse.Addr != "" {
		found = append(found, "--clickhouse-max-memory concerns the embedded ClickHouse only, and --clickhouse-addr is set")
	}
	if file, err := os.Stat(s.SecretKeysFile()); err == nil && file.Mode().Perm()&0o004 != 0 {
		found = append(found, "the keys in "+s.SecretKeysFile()+" can be read by everybody on this machine")
	}
	for _, network := range s.Webhook.Allow {
		if network.Bits() == 0 {
			found = append(found, "--webhook-allow "+network.String()+" opens every private network to webhooks")
		}
	}
	return found
}

func loopback(port int) string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(port)) }

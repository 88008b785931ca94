package stream

import (
	"context"
	"log/slog"
	"runtime"
	"slices"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/pipeline/stream/store"
)

// Config says what a runtime runs on. Topic names are logical; Prefix is put
// before each of them on the broker, and before App to name the group.
type Config struct {
	// App names the job: the consumer group, and the first part of each
	// transactional id. Required.
	App string
	// Instance names this process among those of the app, and must stay the
	// same over a restart: static membership and fencing go by it. Required.
	Instance string
	// Workers is the number of group members in this process, each with a
	// transaction of its own. Default: the number of processors.
	Workers int

	// Brokers are seed addresses, host:port. Required.
	Brokers []string
	// ClientOpts are added to every Kafka client: TLS, SASL, a dialer.
	ClientOpts []kgo.Opt
	Prefix     string

	// Inputs are read in this order where arrivals are equal (rule E6).
	Inputs []string
	// Rerouted takes misplaced records to their partition, and is the last
	// input. Empty, or with the clock Log, they go to dead letters.
	Rerouted string
	// Changelog and DeadLetters are required.
	Changelog   string
	DeadLetters string
	Broadcasts  []Broadcast

	// State holds the values of keys on this machine (rule E2). Who made it
	// closes it after Run. Default: in memory, so that each start reads the
	// changelog whole.
	State store.Database
	// StateRefresh is how often a store that nothing happens to is told that
	// it is up to date, and all are made to survive a crash, so that none
	// grows too old to be carried on (rule E5). Default 10 min, and at most a
	// quarter of the changelog's delete.retention.ms.
	StateRefresh time.Duration
	// StandbyReplicas is how many other processes follow each task's
	// changelog, to take it over at once when its owner dies. Fewer if there
	// are fewer. The setting of the process that leads the group counts.
	// Default 0.
	StandbyReplicas int
	// AcceptableLag is how many changelog records a process may lack of a
	// task's state to be given the task at once. One that lacks more follows
	// the changelog first, while the owner goes on. Default 10,000.
	AcceptableLag int64
	// MaxRestores is how many partitions are restored at a time. Default 4.
	MaxRestores int
	// MaxRestoreBytes is how many bytes of changelog, as the broker has them,
	// all restores together hold in memory. Default 64 MiB.
	MaxRestoreBytes int32

	Clock Clock
	// IdleMargin is how far behind the wall clock the time of an idle live
	// task stays, so that a record that has arrived but was not fetched yet
	// is not overtaken. Default 200 ms.
	IdleMargin time.Duration

	// CommitInterval is the longest that a transaction takes at load
	// (rule E7). More is cheaper, less is sooner. Default 100 ms.
	CommitInterval time.Duration
	// WorkWait is how long a transaction with nothing else to do waits for
	// the asynchronous work it started, so that quick work leaves no state
	// (rules E13, W1). Default 50 ms; negative for none.
	WorkWait time.Duration
	// ShutdownTimeout bounds the wait for work in flight when Run is told to
	// end, and the wait for work to return that was cancelled then or because
	// its partition goes (rule E13). It also bounds each commit from then on:
	// what a broker that is away does not take is done again at the next start.
	// Default 5 s.
	ShutdownTimeout time.Duration
	// TransactionTimeout and SessionTimeout are how long a dead instance
	// holds up others (rule E10). Default 10 s each.
	TransactionTimeout time.Duration
	SessionTimeout     time.Duration
	// LeaveOnShutdown gives the partitions up at once when Run ends. Without
	// it a restart within SessionTimeout finds them still its own.
	LeaveOnShutdown bool

	// CacheBytes is about how much memory the process keeps decoded values of
	// keys in, shared evenly by its tasks, so that a key that is used again is
	// neither read from State nor decoded (rule E12). Default 256 MiB;
	// negative for none.
	CacheBytes int
	// MaxQueued is the number of records that wait in memory for each input
	// of each partition. Default 10,000.
	MaxQueued int
	// MaxQueuedBytes is about how many bytes of records wait in memory in all
	// inputs of a worker together (rule E12). Above it nothing is fetched for
	// inputs that have records waiting. Those that have none are fetched
	// still, up to 1 MiB each: others may wait for them. Default 64 MiB.
	MaxQueuedBytes int
	// MaxFetchBytes bounds the bytes of one fetch. Default 16 MiB; a worker
	// holds up to twice that for each broker.
	MaxFetchBytes int32
	// MaxOverlayBytes is the rough size of changes and output at which a
	// transaction commits before its time. Default 32 MiB.
	MaxOverlayBytes int
	// MaxRecordBytes is the largest output or state record. A larger one is
	// the poison of the call that made it. Default 1,000,000, just under
	// what brokers take by default.
	MaxRecordBytes int
	// MaxDeadLetterBytes is the largest dead letter that is written whole.
	// Default MaxRecordBytes + 48 KiB: the topic takes 64 KiB more than the
	// inputs do, and a batch has some bytes of its own.
	MaxDeadLetterBytes int
	// MaxInFlightWork is the number of pieces of asynchronous work that each
	// worker has under way; above it no record and no wake-up is handled.
	// Default 1,000.
	MaxInFlightWork int
	// Crowded tells a worker with work under way whether to leave it at that for
	// now: no record and no wake-up is handled until it says no. It is asked at
	// every step, so it must be cheap, and again when work has finished. Nil:
	// never.
	Crowded func() bool
	// MaxPoison and MaxUnreadable are how many calls may fail and how many
	// records may be unreadable, per partition and PoisonWindow, before Run
	// ends with an error (rule E11). Defaults 100, 10,000 and 1 min.
	MaxPoison     int
	MaxUnreadable int
	PoisonWindow  time.Duration

	// Perform does the work that calls start (rule E13), many at a time. It
	// must return soon after its context is done: work that does not within
	// ShutdownTimeout is left behind, and nobody hears of its result. What it
	// returns comes back through Complete; a panic comes back as an error. Nil
	// if the job starts no work.
	Perform func(ctx context.Context, request any) (result any)

	// Logger and Registerer may be nil.
	Logger     *slog.Logger
	Registerer prometheus.Registerer

	now   func() time.Time // the wall clock; tests set it
	cache *cacheBudget
}

// Broadcast is a compacted topic that every instance reads whole (rule E14).
type Broadcast struct {
	Topic string
	// Build makes the table that calls see out of the newest value of each
	// key. It must not keep the map. An error keeps the table that was there
	// before; there is none at the start, so then it ends Run.
	Build func(entries map[string][]byte) (any, error)
	// Wakes names the keys that must hear of a change of an entry: those that
	// begin with what it returns are all woken soon after, with the table as
	// it is then; so are all keys of a task that was taken over, for its
	// former owner may have missed a change. Before and after are the entry's
	// values, nil for none. Empty for a change that nobody waits for. Nil
	// wakes nobody, as must be with the clock Log.
	Wakes func(entry string, before, after []byte) (prefix string)
}

// wakes tells whether any table wakes keys.
func (c *Config) wakes() bool {
	return slices.ContainsFunc(c.Broadcasts, func(b Broadcast) bool { return b.Wakes != nil })
}

// reroutes tells whether misplaced records have a way to their partition.
func (c *Config) reroutes() bool { return c.Rerouted != "" && c.Clock == Live }

// inputs returns all inputs of a task in merge order. Many goroutines append to
// what it returns, so it has no room: each of them gets a copy.
func (c *Config) inputs() []string {
	inputs := slices.Clip(c.Inputs)
	if c.reroutes() {
		inputs = slices.Clip(append(inputs, c.Rerouted))
	}
	return inputs
}

func (c *Config) group() string { return c.Prefix + c.App }

func (c *Config) setDefaults() {
	def(&c.Workers, runtime.GOMAXPROCS(0))
	def(&c.IdleMargin, 200*time.Millisecond)
	def(&c.StateRefresh, 10*time.Minute)
	def(&c.AcceptableLag, 10_000)
	def(&c.MaxRestores, 4)
	def(&c.MaxRestoreBytes, 64<<20)
	def(&c.CommitInterval, 100*time.Millisecond)
	def(&c.WorkWait, 50*time.Millisecond)
	def(&c.ShutdownTimeout, 5*time.Second)
	def(&c.TransactionTimeout, 10*time.Second)
	def(&c.SessionTimeout, 10*time.Second)
	def(&c.CacheBytes, 256<<20)
	def(&c.MaxQueued, 10_000)
	def(&c.MaxQueuedBytes, 64<<20)
	def(&c.MaxFetchBytes, 16<<20)
	def(&c.MaxOverlayBytes, 32<<20)
	def(&c.MaxRecordBytes, 1_000_000)
	def(&c.MaxDeadLetterBytes, c.MaxRecordBytes+48<<10)
	def(&c.MaxInFlightWork, 1000)
	def(&c.MaxPoison, 100)
	def(&c.MaxUnreadable, 10_000)
	def(&c.PoisonWindow, time.Minute)
	if c.State == nil {
		c.State = store.NewMemoryDatabase()
	}
	c.cache = &cacheBudget{bytes: max(0, c.CacheBytes)}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if c.now == nil {
		c.now = time.Now
	}
}

func def[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}

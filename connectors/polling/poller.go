package polling

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/twmb/franz-go/pkg/kgo"
	"golang.org/x/sync/errgroup"
	"golang.org/x/time/rate"

	"waybill/connectors/carriers"
	"waybill/connectors/publish"
	"waybill/internal/accounts"
	"waybill/schemas"
)

const (
	// maxWaiting bounds the requests in hand, about 170 bytes each. With more,
	// reading waits: they are kept in Kafka.
	maxWaiting = 1_000_000
	// leastLine is how many requests an account may have waiting at least.
	leastLine = 1000
	// readAtMost is how many records are taken in at a time.
	readAtMost = 1000
	// keepEvery is how often offsets are committed, and accounts looked at.
	keepEvery = time.Second
	// sweepEvery is how often a line is looked at that nothing else wakes.
	sweepEvery = time.Minute
	// stopWait is how long questions under way may take when the poller stops, or
	// when their partition goes to another.
	stopWait = 10 * time.Second
	// lastUseful is how long the last request of a parcel is of use: a day, by when
	// quotas have begun anew, and as long as its topic keeps it.
	lastUseful = 24 * time.Hour
	// logEvery is how often the same trouble is logged.
	logEvery = time.Minute
)

// Config is what a Poller needs.
type Config struct {
	// Kafka are the options of its client, with the brokers and what makes it a
	// static member.
	Kafka  []kgo.Opt
	Prefix string // stands before the names of topics and of the group
	Codecs *schemas.Codecs
	// Accounts gives the accounts as they now are. Others by address are read
	// anew.
	Accounts func() *accounts.Accounts
	Carriers *carriers.Table
	// Sources are those that can be asked. nil: Sources().
	Sources []*Source
	// Useful is how long after it was due a request is of use: until the rules
	// ask again.
	Useful     time.Duration
	Version    string // for the User-Agent
	Logger     *slog.Logger
	Registerer prometheus.Registerer
}

// Group is the consumer group, without the prefix.
const Group = "polling"

// Poller asks about the parcels that poll-requests name. New makes one, Run runs
// it once.
type Poller struct {
	cfg       Config
	log       *slog.Logger
	client    *kgo.Client
	publisher *publish.Publisher
	asker     *asker
	metrics   *metrics

	// Each is logged once a minute.
	nobody, crowded, unpublished, unread rate.Sometimes

	working context.Context // ends when what is under way is to end
	kill    context.CancelFunc

	mu        sync.Mutex
	settled   *sync.Cond // a question has been settled
	accounts  *accounts.Accounts
	directory *Directory
	workers   map[string]*worker // by tenant/name
	start     func(*worker)      // nil before Run
	board     board
	owned     map[int32]*ledger
	committed map[int32]int64
	all       int // partitions of the topic; 0: not known yet
	joined    bool
}

// New makes a poller. The error is one of the accounts, or of the settings of
// Kafka.
func New(cfg Config) (*Poller, error) {
	if cfg.Sources == nil {
		cfg.Sources = Sources()
	}
	p := &Poller{
		cfg: cfg, log: cfg.Logger, asker: newAsker(cfg.Version, cfg.Carriers, newMemory(memoryEntries)),
		nobody: seldom(), crowded: seldom(), unpublished: seldom(), unread: seldom(),
		workers: make(map[string]*worker), owned: make(map[int32]*ledger), committed: make(map[int32]int64),
		board: board{parcels: make(map[string]*request)},
	}
	p.settled = sync.NewCond(&p.mu)
	p.accounts = cfg.Accounts()
	var err error
	if p.directory, err = p.readDirectory(); err != nil {
		return nil, err
	}
	if p.metrics, err = newMetrics(cfg.Registerer); err != nil {
		return nil, err
	}
	p.hire()
	p.working, p.kill = context.WithCancel(context.Background())
	p.client, err = kgo.NewClient(append(slices.Clone(cfg.Kafka),
		kgo.ConsumerGroup(cfg.Prefix+Group), kgo.ConsumeTopics(cfg.Prefix+schemas.TopicPollRequests),
		kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()),
		kgo.FetchIsolationLevel(kgo.ReadCommitted()),
		kgo.KeepControlRecords(), // their offsets are committed too, so that the lag can reach 0
		kgo.DisableAutoCommit(),
		kgo.OnPartitionsAssigned(p.assigned), kgo.OnPartitionsRevoked(p.revoked), kgo.OnPartitionsLost(p.lost),
		kgo.ProducerBatchMaxBytes(schemas.MaxDeadLetterBytes),
	)...)
	if err != nil {
		p.kill()
		return nil, fmt.Errorf("setting up the Kafka client of polling: %w", err)
	}
	p.publisher = &publish.Publisher{Kafka: p.client, Prefix: cfg.Prefix, Codecs: cfg.Codecs, Carriers: cfg.Carriers}
	return p, nil
}

// Waiting says what the poller waits for before it can work, or nothing ("").
func (p *Poller) Waiting() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.joined {
		return "it is not in its consumer group yet"
	}
	return ""
}

// Run works until ctx is done. What is under way then is finished, within 10
// seconds; what waits is asked by whoever reads it next.
func (p *Poller) Run(ctx context.Context) error {
	var workers, asking sync.WaitGroup
	group, ctx := errgroup.WithContext(ctx)
	p.mu.Lock()
	p.start = func(w *worker) { workers.Go(func() { w.run(ctx, &asking) }) }
	for _, w := range p.workers {
		p.start(w)
	}
	p.mu.Unlock()
	group.Go(func() error { return p.read(ctx) })
	group.Go(func() error { return p.keep(ctx) })
	err := group.Wait()
	workers.Wait()
	ended := time.AfterFunc(stopWait, p.kill)
	asking.Wait()
	ended.Stop()
	p.commit(context.WithoutCancel(ctx))
	p.Close()
	return err
}

// Close lets go of a poller that was not run; Run does so at its end.
func (p *Poller) Close() {
	p.kill()
	p.client.Close()
}

// read takes requests in.
func (p *Poller) read(ctx context.Context) error {
	for p.room(ctx) {
		fetches := p.client.PollRecords(ctx, readAtMost)
		fetches.EachError(func(topic string, partition int32, err error) {
			if ctx.Err() == nil {
				p.unread.Do(func() { p.log.Warn("reading poll requests", "topic", topic, "partition", partition, "err", err) })
			}
		})
		if err := p.bury(p.acceptAll(fetches.Records())); err != nil {
			return err
		}
	}
	return nil
}

// room waits until there is room for more requests.
func (p *Poller) room(ctx context.Context) bool {
	defer context.AfterFunc(ctx, func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.settled.Broadcast()
	})()
	p.mu.Lock()
	defer p.mu.Unlock()
	for p.board.waiting >= maxWaiting && ctx.Err() == nil {
		p.settled.Wait()
	}
	return ctx.Err() == nil
}

// acceptAll takes records in, and gives those that cannot be read.
func (p *Poller) acceptAll(records []*kgo.Record) (unreadable []deadRecord) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, r := range records {
		if err := p.accept(r); err != nil {
			unreadable = append(unreadable, deadRecord{r, err})
		}
	}
	return unreadable
}

// accept takes one record in. The error says why it cannot be read.
func (p *Poller) accept(record *kgo.Record) error {
	own := p.owned[record.Partition]
	if own == nil {
		return nil // it went to another since it was fetched
	}
	own.add(record.Offset)
	at := position{record.Partition, record.Offset}
	if record.Attrs.IsControl() {
		own.done(record.Offset)
		return nil
	}
	asks, err := p.cfg.Codecs.PollRequest.Decode(record.Value)
	if err != nil {
		return err // it is done once it is with the dead letters
	}
	carrier := p.cfg.Carriers.Canonical(asks.Carrier)
	key, err := schemas.ShipmentKey(carrier, asks.TrackingNumber)
	if err != nil {
		return err
	}
	account := p.directory.Find(asks.Tenant, asks.CarrierAccount, carrier)
	if account == nil {
		own.done(record.Offset)
		p.drop(droppedNoAccount)
		p.nobody.Do(func() {
			p.log.Warn("a poll request has no account to ask with", "tenant", asks.Tenant, "account", asks.CarrierAccount, "carrier", carrier)
		})
		return nil
	}
	w := p.workers[account.String()]
	p.take(w, request{
		key: key, carrier: key[:len(carrier)], position: at, epoch: asks.Epoch.UnixMilli(), expires: p.expires(asks).UnixMilli(),
	}, asks.Reason)
	return nil
}

// expires is when a request loses its use: when the rules ask again. The last one
// of a parcel does not come again.
func (p *Poller) expires(asks *schemas.PollRequest) time.Time {
	if asks.Reason == schemas.PollTerminal {
		return asks.DueAt.Add(max(lastUseful, p.cfg.Useful))
	}
	return asks.DueAt.Add(p.cfg.Useful)
}

// take puts a request into the line of its account.
func (p *Poller) take(w *worker, r request, reason string) {
	verdict, superseded := p.board.add(&w.line, r, reason)
	switch verdict {
	case verdictQueued:
	case verdictMerged:
		p.drop(droppedSuperseded)
	case verdictSuperseded:
		p.done(superseded)
		p.drop(droppedSuperseded)
	case verdictFull:
		p.done(r.position)
		p.drop(droppedFull)
		p.crowded.Do(func() {
			p.log.Warn("an account has more to ask than it may; what waits longest is asked, the rest when it is due again", "account", w.account, "waiting", w.line.count)
		})
	}
	w.nudge()
}

// follow takes the accounts as they now are.
func (p *Poller) follow() {
	now := p.cfg.Accounts()
	if now == p.accounts {
		return
	}
	p.accounts = now
	directory, err := p.readDirectory()
	if err != nil {
		p.log.Error("accounts are polled as they were", "err", err)
		return
	}
	p.directory = directory
	p.hire()
}

func (p *Poller) readDirectory() (*Directory, error) {
	d, err := NewDirectory(p.accounts, p.cfg.Carriers, p.cfg.Sources)
	if err != nil {
		return nil, err
	}
	return d, d.ReadSecrets()
}

// hire gives each account a worker, and lets go of those whose account is gone.
func (p *Poller) hire() {
	kept := make(map[string]bool)
	for _, a := range p.directory.All() {
		kept[a.String()] = true
		if w := p.workers[a.String()]; w != nil {
			w.set(a)
			continue
		}
		w := p.newWorker(a)
		p.workers[a.String()] = w
		p.metrics.begin(a)
		if p.start != nil {
			p.start(w)
		}
	}
	for name, w := range p.workers {
		if kept[name] {
			continue
		}
		delete(p.workers, name)
		p.metrics.end(w.account)
		w.account = nil
		_, all := p.board.take(&w.line, 1, time.Now().Add(100*lastUseful)) // nothing is of use any more
		p.forget(all, droppedNoAccount)
		w.nudge()
	}
}

// forget lets go of requests that were not asked.
func (p *Poller) forget(all []*request, reason string) {
	for _, r := range all {
		p.done(r.position)
		for _, at := range r.merged {
			p.done(at)
		}
		p.drop(reason)
	}
	if len(all) > 0 {
		p.settled.Broadcast()
	}
}

// end lets go of a request that was under way.
func (p *Poller) end(r *request) {
	p.board.finish(r)
	p.done(r.position)
	for _, at := range r.merged {
		p.done(at)
	}
}

func (p *Poller) done(at position) {
	if own := p.owned[at.partition]; own != nil {
		own.done(at.offset)
	}
}

func (p *Poller) drop(reason string) { p.metrics.dropped.WithLabelValues(reason).Inc() }

// seldom lets the same trouble be logged once a minute.
func seldom() rate.Sometimes { return rate.Sometimes{First: 1, Interval: logEvery} }

package roles

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"slices"
	"time"

	ch "github.com/ClickHouse/clickhouse-go/v2"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/twmb/franz-go/pkg/kgo"
	"golang.org/x/sync/errgroup"

	"waybill/analytics"
	"waybill/connectors/polling"
	"waybill/internal/config"
	"waybill/internal/knowledge"
	"waybill/internal/registry"
	"waybill/internal/tlsdial"
	"waybill/internal/vault"
	"waybill/pipeline/stream"
	"waybill/schemas"
	"waybill/sinks/clickhouse"
	"waybill/sinks/webhook"
)

// Options say what the roles run on.
type Options struct {
	Settings   *config.Settings
	Codecs     *schemas.Codecs
	Kafka      []kgo.Opt // options of every Kafka client that the roles make themselves
	Version    string
	Logger     *slog.Logger
	Registerer prometheus.Registerer
	Gatherer   prometheus.Gatherer // of the same metrics, for the console; nil: it has none
	API        *APIOptions         // nil: the API is not among the roles
	// Registry is what Codecs ask for schemas; nil: there is none.
	Registry *registry.Registry
}

// Roles are the roles of one process.
type Roles struct {
	runtimes map[string]*stream.Runtime
	sink     *clickhouse.Sink            // nil when it is not among the roles
	eraser   *eraser                     // beside the sink
	schedule func(context.Context) error // of baselines; nil when there is none
	api      *apiRole                    // nil when it is not among the roles
	caller   *webhook.Caller
	poller   *polling.Poller // nil when it is not among the roles
	bodies   *kgo.Client
	states   *states
	census   *census
	catchUp  *catchUp
	registry *registry.Registry // nil: there is none
	series   *series
}

// New puts roles together, all of them if none is named, those of quotas, of
// polling and of the API only where there is something to do for them; Run starts
// them. An error is
// one of the settings.
func New(o Options, names ...string) (*Roles, error) {
	instance, err := o.Settings.Pipeline.InstanceName()
	if err != nil {
		return nil, err
	}
	limits, err := readLimits(o.Settings.Pipeline.Quotas)
	if err != nil {
		return nil, err
	}
	knows, err := knowledge.Load(o.Settings.Knowledge)
	if err != nil {
		return nil, err
	}
	shown := newSeries(o.Registerer)
	o.Registerer = shown
	mapsIn, mapsOut := knows.Maps.Versions()
	o.Logger.Info("knowledge", "model", knows.Model.Version(), "maps_in", mapsIn, "maps_out", mapsOut, "carriers", knows.Carriers.Len())
	p := &parts{settings: o.Settings, codecs: o.Codecs, knows: knows, log: o.Logger, registerer: o.Registerer, instance: instance, quotas: limits}
	if err := p.openAccounts(); err != nil {
		return nil, err
	}
	if len(names) == 0 {
		names = p.all(o.API != nil)
	}
	r := &Roles{registry: o.Registry, runtimes: make(map[string]*stream.Runtime), states: newStates(o.Settings, instance, o.Logger, names), census: newCensus(), series: shown, catchUp: newCatchUp(&o.Settings.HTTP)}
	calls, err := r.callOptions(&o)
	if err != nil {
		return nil, err
	}
	if r.bodies, err = kgo.NewClient(o.Kafka...); err != nil {
		return nil, fmt.Errorf("making a Kafka client: %w", err)
	}
	r.caller = webhook.New(calls)
	p.states, p.census = r.states, r.census
	if err := o.Registerer.Register(r.states.gauges); err != nil {
		return nil, errors.Join(fmt.Errorf("registering metrics of the databases: %w", err), r.close())
	}
	for _, name := range names {
		if err := r.add(name, p, o); err != nil {
			return nil, errors.Join(fmt.Errorf("setting up %s: %w", name, err), r.close())
		}
	}
	return r, nil
}

// all are the names of all roles that there is something to do for.
func (p *parts) all(served bool) []string {
	names := []string{Tracking, Endpoints, Delivery, ClickHouse, Baselines}
	if p.quotas != nil {
		names = append(names, Quotas)
	}
	if p.polls() {
		names = append(names, Polling)
	}
	if served {
		names = append(names, API)
	}
	return names
}

func (r *Roles) add(name string, p *parts, o Options) (err error) {
	switch name {
	case Tracking:
		r.runtimes[name], err = p.tracking()
	case Endpoints:
		r.runtimes[name], err = p.endpoints()
	case Delivery:
		var keys *vault.Vault
		if keys, err = vault.Load(o.Settings.SecretKeysFile()); err != nil {
			return err
		}
		var secrets *opener
		if secrets, err = newOpener(keys, o.Registerer); err != nil {
			return fmt.Errorf("registering metrics of secrets: %w", err)
		}
		log := o.Logger.With("app", Delivery)
		perform := &performer{
			caller: r.caller, log: log, secrets: secrets, tells: newAttempts(log),
			bodies: &bodies{client: r.bodies, topic: o.Settings.Kafka.Prefix + schemas.TopicWebhookJobs, codec: o.Codecs.WebhookJob},
		}
		if err := o.Registerer.Register(newLaneGauges(r.caller, perform.tells)); err != nil {
			return fmt.Errorf("registering metrics of webhooks: %w", err)
		}
		r.runtimes[name], err = p.delivery(perform.perform, r.caller.Crowded)
	case Quotas:
		r.runtimes[name], err = p.quotaJob()
	case ClickHouse:
		r.sink, err = clickhouse.New(clickhouse.Config{
			Kafka: append(slices.Clone(o.Kafka), staticMember(o.Settings.Kafka.Prefix+ClickHouse+"-"+p.instance)...), Prefix: o.Settings.Kafka.Prefix, Group: o.Settings.Kafka.Prefix + ClickHouse,
			ClickHouse: ClickHouseOptions(o.Settings), Codecs: o.Codecs,
			Logger: o.Logger.With("app", ClickHouse), Registerer: o.Registerer,
		})
		if err == nil {
			r.eraser, err = p.eraser()
		}
	case Baselines:
		r.schedule, err = p.scheduleBaselines(&o)
	case Polling:
		r.poller, err = p.polling(&o)
	case API:
		r.api, err = newAPI(&o, p)
	default:
		err = fmt.Errorf("there is no role %q", name)
	}
	return err
}

// sinkSession is how long the sink's partitions wait for an instance that has
// gone, as those of the jobs do.
const sinkSession = 10 * time.Second

// staticMember makes the sink the same member after a restart, also after one
// by force: otherwise it would wait until its former self is given up.
func staticMember(name string) []kgo.Opt {
	return []kgo.Opt{kgo.InstanceID(name), kgo.SessionTimeout(sinkSession)}
}

// Run works until ctx is done, then stops cleanly: what is in hand is finished
// and committed. It returns an error when a role must not go on.
func (r *Roles) Run(ctx context.Context) (err error) {
	defer func() { err = errors.Join(err, r.close()) }()
	g, ctx := errgroup.WithContext(ctx)
	start := func(name string, run func(context.Context) error) {
		g.Go(func() error {
			if err := run(ctx); err != nil {
				return fmt.Errorf("running %s: %w", name, err)
			}
			return nil
		})
	}
	if r.api != nil {
		// What the API has in hand needs the others until it has ended.
		var end context.CancelFunc
		first := ctx
		ctx, end = context.WithCancel(context.WithoutCancel(ctx))
		g.Go(func() error {
			defer end()
			return r.api.run(first)
		})
	}
	for name, runtime := range r.runtimes {
		start(name, runtime.Run)
	}
	if r.sink != nil {
		start(ClickHouse, r.sink.Run)
		start("erasure", func(ctx context.Context) error { return r.eraser.run(ctx, eraseEvery) })
	}
	if r.schedule != nil {
		start(Baselines, r.schedule)
	}
	if r.poller != nil {
		start(Polling, r.poller.Run)
	}
	return g.Wait()
}

func (r *Roles) close() error {
	r.series.close()
	r.caller.Close()
	r.bodies.Close()
	if r.poller != nil {
		r.poller.Close()
	}
	err := r.states.close()
	if r.api != nil {
		err = errors.Join(err, r.api.close())
	}
	return err
}

// ClickHouseOptions says how the settings reach ClickHouse.
func ClickHouseOptions(s *config.Settings) ch.Options {
	options := ch.Options{
		Addr:        s.ClickHouse.Addrs(),
		Auth:        ch.Auth{Database: s.ClickHouse.Database, Username: s.ClickHouse.User, Password: string(s.ClickHouse.Password)},
		Compression: &ch.Compression{Method: ch.CompressionLZ4},
		Settings:    Cluster(s).Settings(),
	}
	if s.ClickHouse.TLS {
		dialer := tlsdial.New("clickhouse", tlsdial.Files(s.ClickHouse.TLSFiles), s.Log.Logger())
		options.DialContext = func(ctx context.Context, addr string) (net.Conn, error) { return dialer.DialContext(ctx, "tcp", addr) }
	}
	return options
}

// Cluster says how the tables lie on several servers.
func Cluster(s *config.Settings) analytics.Cluster {
	return analytics.Cluster{Name: s.ClickHouse.Cluster, Replicated: s.ClickHouse.Cluster != "" && !s.ClickHouse.Unreplicated}
}

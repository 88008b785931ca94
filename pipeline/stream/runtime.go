package stream

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
	"golang.org/x/sync/errgroup"

	"waybill/pipeline/stream/job"
)

// Runtime runs a job on Kafka, exactly once.
type Runtime struct {
	cfg     Config
	job     job.Job
	board   *board
	metrics *metrics

	top       *topology
	tables    *tables
	restoring *kgo.Client // reads changelogs and asks about topics
}

// New checks a configuration and makes a runtime. It does not talk to the
// broker: Run does.
func New(cfg Config, j job.Job) (*Runtime, error) {
	cfg.setDefaults()
	if err := cfg.check(); err != nil {
		return nil, err
	}
	b := &board{tasks: map[int32]standing{}, pending: map[string]int{}}
	return &Runtime{cfg: cfg, job: j, board: b, metrics: newMetrics(&cfg, b)}, nil
}

// Group returns the name of the consumer group that the runtime works in.
func (r *Runtime) Group() string { return r.cfg.group() }

// Run works until the context ends; then it stops taking records, finishes
// what is in hand, commits and returns nil. It returns an error only when it
// must not go on: the error says why and what to do. Trouble with the broker
// is no such reason: it is logged, and work goes on by itself when it is over.
// Run may be called once.
func (r *Runtime) Run(ctx context.Context) error {
	if r.cfg.Registerer != nil {
		remove, err := r.metrics.register(r.cfg.Registerer)
		if err != nil {
			return err
		}
		defer remove()
	}
	var err error
	if r.restoring, err = kgo.NewClient(r.clientOpts("restore")...); err != nil {
		return fmt.Errorf("making a Kafka client: %w", err)
	}
	defer r.restoring.Close()
	watching, err := kgo.NewClient(r.clientOpts("broadcast")...)
	if err != nil {
		return fmt.Errorf("making a Kafka client: %w", err)
	}
	defer watching.Close()
	err = r.work(ctx, watching)
	if errors.Is(err, context.Canceled) && ctx.Err() != nil {
		err = nil
	}
	return err
}

func (r *Runtime) work(ctx context.Context, watching *kgo.Client) error {
	err := retry(ctx, r.cfg.Logger, "looking at the topics", func() (err error) {
		if r.top, err = survey(ctx, &r.cfg, r.restoring); err != nil {
			return err
		}
		return r.checkGroup(ctx)
	})
	if err != nil {
		return err
	}
	r.tables = &tables{cfg: &r.cfg, top: r.top, client: watching}
	if err := r.tables.load(ctx); err != nil {
		return err
	}
	g, ctx := errgroup.WithContext(ctx)
	following, stop := context.WithCancel(context.WithoutCancel(ctx))
	followed := make(chan error, 1)
	go func() { followed <- r.tables.follow(following) }()
	for i := range r.cfg.Workers {
		w := &worker{r, fmt.Sprintf("%s%s-%s-%d", r.cfg.Prefix, r.cfg.App, r.cfg.Instance, i), i == 0}
		g.Go(func() error { return w.run(ctx) })
	}
	g.Go(func() error { return r.standFirm(ctx) })
	err = g.Wait()
	stop()
	return errors.Join(err, <-followed)
}

// clientOpts are the options that all clients of the runtime have in common.
func (r *Runtime) clientOpts(name string) []kgo.Opt {
	opts := []kgo.Opt{
		kgo.SeedBrokers(r.cfg.Brokers...),
		kgo.ClientID(r.cfg.App + "-" + r.cfg.Instance),
		kgo.WithLogger(clientLogger{r.cfg.Logger.With("client", name)}),
		kgo.DisableClientMetrics(),
		kgo.WithHooks(r.metrics.gauges.contact),
		kgo.MetadataMinAge(100 * time.Millisecond),
	}
	return append(opts, r.cfg.ClientOpts...)
}

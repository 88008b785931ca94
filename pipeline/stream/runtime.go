package stream

import (
	"context"
	"errors"
	"fmt"
	"slices"
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

	top      *topology
	tables   *tables
	log      *changelog
	restorer *restorer
	standbys *standbys
	waker    waker
	asking   *kgo.Client // about topics and the group
}

// New checks a configuration and makes a runtime. It does not talk to the
// broker: Run does.
func New(cfg Config, j job.Job) (*Runtime, error) {
	cfg.Inputs = slices.Clone(cfg.Inputs)
	cfg.setDefaults()
	if err := cfg.check(); err != nil {
		return nil, err
	}
	b := newBoard()
	return &Runtime{cfg: cfg, job: j, board: b, metrics: newMetrics(&cfg, b)}, nil
}

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
	clients, err := r.openClients()
	if err != nil {
		return err
	}
	defer clients.close()
	return verdict(ctx, r.work(ctx, clients))
}

// verdict returns what Run is to say: nothing once its context has ended, unless
// something came up that the next start will not mend.
func verdict(ctx context.Context, err error) error {
	if ctx.Err() != nil && !stops(err) {
		return nil
	}
	return err
}

// prepare looks at the topics and makes what the workers share.
func (r *Runtime) prepare(ctx context.Context, c *clients) error {
	r.asking = c.asking
	looks := 0
	err := retry(ctx, r.cfg.Logger, "looking at the topics", func() (err error) {
		if r.top, err = survey(ctx, &r.cfg, r.asking); err != nil {
			if looks++; looks >= patientLooks && errors.Is(err, errGone) {
				err = stopError{err}
			}
			return err
		}
		if r.log, err = newChangelog(ctx, &r.cfg, r.top, r.asking); err != nil {
			return err
		}
		return r.checkGroup(ctx)
	})
	if err != nil {
		return err
	}
	r.restorer = &restorer{cfg: &r.cfg, top: r.top, log: r.log, clients: c.restoring, metrics: r.metrics}
	r.standbys = newStandbys(&r.cfg, r.top, r.log, r.metrics, c.following)
	r.tables = &tables{cfg: &r.cfg, top: r.top, clients: c.watching, waker: &r.waker}
	r.board.partitioned(int(r.top.partitions))
	return r.tables.load(ctx)
}

// work runs the workers, and beside them, until they have ended, what they
// need: when that fails they end too.
func (r *Runtime) work(ctx context.Context, c *clients) error {
	if err := r.prepare(ctx, c); err != nil {
		return err
	}
	outlasting, stop := context.WithCancel(context.WithoutCancel(ctx))
	side, beside := errgroup.WithContext(outlasting)
	for _, run := range []func(context.Context) error{r.tables.follow, r.standbys.run, r.upkeep} {
		side.Go(func() error { return run(beside) })
	}
	g, ctx := errgroup.WithContext(ctx)
	ctx, end := context.WithCancel(ctx)
	context.AfterFunc(beside, end)
	for i := range r.cfg.Workers {
		w := &worker{r, fmt.Sprintf("%s%s-%s-%d", r.cfg.Prefix, r.cfg.App, r.cfg.Instance, i), i == 0}
		g.Go(func() error { return w.run(ctx) })
	}
	g.Go(func() error { return r.standFirm(ctx) })
	err := g.Wait()
	stop()
	return errors.Join(err, side.Wait())
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

package demo

import (
	"context"
	"errors"
	"fmt"
	"time"

	ch "github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/twmb/franz-go/pkg/kgo"
	"golang.org/x/sync/errgroup"

	"waybill/analytics"
	"waybill/connectors/replay"
	"waybill/internal/roles"
	"waybill/internal/topics"
	"waybill/schemas"
)

// demo is one run.
type demo struct {
	Options
	codecs   *schemas.Codecs
	client   *kgo.Client
	conn     driver.Conn
	input    *input
	receiver *receiver
	started  time.Time
}

// Run plays, waits until everything has come out at the other end, and counts.
// An error means that the demo could not be brought to its end; whether the
// figures are right is for Summary.Differences to say.
func Run(ctx context.Context, o Options) (*Summary, error) {
	d := &demo{Options: o, started: time.Now()}
	defer d.close()
	if err := d.open(ctx); err != nil {
		return nil, err
	}
	// The receiver outlives the roles: calls that are under way when they stop
	// find it, and are no failures.
	receiving, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return d.receiver.serve(receiving) })
	var summary *Summary
	g.Go(func() (err error) {
		defer stop()
		summary, err = d.work(ctx)
		return err
	})
	if err := g.Wait(); err != nil {
		return nil, err
	}
	return summary, nil
}

// work runs the roles for as long as playing takes.
func (d *demo) work(ctx context.Context) (*Summary, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return d.run(ctx, roles.Endpoints, roles.Delivery, roles.ClickHouse) })
	var summary *Summary
	g.Go(func() (err error) {
		defer cancel()
		summary, err = d.play(ctx, g)
		return err
	})
	if err := g.Wait(); err != nil && (summary == nil || !errors.Is(err, context.Canceled)) {
		return nil, err
	}
	return summary, nil
}

// open makes everything that the demo needs before a role can start.
func (d *demo) open(ctx context.Context) (err error) {
	if d.codecs, err = schemas.NewCodecs(); err != nil {
		return err
	}
	if d.input, err = d.read(); err != nil {
		return err
	}
	if err = d.makeTopics(ctx); err != nil {
		return err
	}
	if d.client, err = kgo.NewClient(d.Kafka...); err != nil {
		return fmt.Errorf("making a Kafka client: %w", err)
	}
	options := roles.ClickHouseOptions(d.Settings)
	if _, err = analytics.Migrate(ctx, &options); err != nil {
		return err
	}
	if d.conn, err = ch.Open(&options); err != nil {
		return fmt.Errorf("opening ClickHouse: %w", err)
	}
	d.receiver, err = openReceiver(ctx, d.Dir)
	return err
}

// makeTopics uses a client of its own: for a while it remembers which topics
// there were not.
func (d *demo) makeTopics(ctx context.Context) error {
	client, err := kgo.NewClient(d.Kafka...)
	if err != nil {
		return fmt.Errorf("making a Kafka client: %w", err)
	}
	defer client.Close()
	_, err = topics.Create(ctx, client, topics.Layout{
		Prefix: d.Settings.Kafka.Prefix, Partitions: d.Settings.Kafka.Partitions,
		Replication: d.Settings.Kafka.Replication, Replay: true,
	})
	return err
}

// close lets go of what open has made, as far as it came.
func (d *demo) close() {
	if d.receiver != nil {
		d.receiver.close()
	}
	if d.client != nil {
		d.client.Close()
	}
	if d.conn == nil {
		return
	}
	if err := d.conn.Close(); err != nil {
		d.Logger.Warn("closing ClickHouse", "err", err)
	}
}

// run runs roles until ctx is done.
func (d *demo) run(ctx context.Context, names ...string) error {
	r, err := roles.New(roles.Options{
		Settings: d.Settings, Codecs: d.codecs, Kafka: d.Kafka, Version: d.Version,
		Logger: d.Logger, Registerer: prometheus.NewRegistry(),
	}, names...)
	if err != nil {
		return err
	}
	return r.Run(ctx)
}

// play does the demo's steps one after another. Tracking starts only when the
// endpoint is there and enabled, so that the first parcel's webhooks have
// somewhere to go.
func (d *demo) play(ctx context.Context, g *errgroup.Group) (*Summary, error) {
	d.Step("setting up a webhook endpoint, and waiting for its test")
	if err := d.enableEndpoint(ctx); err != nil {
		return nil, err
	}
	g.Go(func() error { return d.run(ctx, roles.Tracking) })
	d.Step(fmt.Sprintf("publishing %d registrations and %d raw events", d.input.registrations, d.input.events))
	_, err := replay.Publish(ctx, replay.PublishConfig{
		Kafka: d.Kafka, Codecs: d.codecs, Prefix: d.Settings.Kafka.Prefix, Resume: true,
	}, d.input.records, d.Progress)
	if err != nil {
		return nil, err
	}
	d.Step("waiting until every event is judged, every webhook delivered, every row stored")
	if err := d.settle(ctx); err != nil {
		return nil, err
	}
	summary, err := d.count(ctx)
	if err != nil {
		return nil, err
	}
	if d.Report != nil {
		if err := d.print(ctx, d.Report, summary); err != nil {
			return nil, err
		}
	}
	if d.Hold != nil {
		d.Hold(summary)
	}
	return summary, nil
}

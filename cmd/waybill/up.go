package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/sync/errgroup"

	"waybill/analytics"
	"waybill/internal/config"
	"waybill/internal/roles"
	"waybill/internal/telemetry"
	"waybill/internal/topics"
	"waybill/schemas"
)

type upCmd struct{}

// Run starts what is embedded, makes topics and tables, and works until it is
// told to stop.
func (upCmd) Run(ctx context.Context, g *globals) error {
	listener, err := telemetry.Listen(ctx, g.settings.HTTP.Listen)
	if err != nil {
		return err
	}
	defer listener.Close() //nolint:errcheck // Serve closes it; this is for the ways out before
	services, err := startServices(ctx, g.settings, g.log)
	if err != nil {
		return err
	}
	defer services.close(g.log)
	if err := prepare(ctx, g); err != nil {
		return err
	}
	codecs, err := schemas.NewCodecs()
	if err != nil {
		return err
	}
	registry := telemetry.NewRegistry()
	r, err := roles.New(roles.Options{
		Settings: g.settings, Codecs: codecs, Kafka: kafkaOptions(g.settings, g.log),
		Version: version, Logger: g.log, Registerer: registry,
	})
	if err != nil {
		return err
	}
	fmt.Print(welcome(g.settings))
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return telemetry.Serve(ctx, listener, registry, r.Ready) })
	group.Go(func() error { return r.Run(ctx) })
	group.Go(func() error { return services.watch(ctx) })
	return group.Wait()
}

// watch fails when the embedded ClickHouse ends of itself.
func (s *services) watch(ctx context.Context) error {
	if s.clickhouse == nil {
		return nil
	}
	select {
	case <-ctx.Done():
		return nil
	case <-s.clickhouse.Done():
		return fmt.Errorf("the embedded ClickHouse has ended: %w", s.clickhouse.Err())
	}
}

// prepare makes the topics and tables that are missing and refuses topics that
// cannot be worked with.
func prepare(ctx context.Context, g *globals) error {
	client, err := newKafkaClient(g.settings, g.log)
	if err != nil {
		return err
	}
	defer client.Close()
	made, err := topics.Create(ctx, client, layout(g.settings))
	if err != nil {
		return unreachable(g.settings, err)
	}
	if len(made) > 0 {
		g.log.Info("topics created", "count", len(made))
	}
	differences, err := topics.Check(ctx, client, layout(g.settings))
	if err != nil {
		return err
	}
	var faults []error
	for _, d := range differences {
		if d.Setting == "partitions" {
			faults = append(faults, errors.New(d.String()))
			continue
		}
		g.log.Warn("a topic is not as it should be", "topic", d.Topic, "setting", d.Setting, "want", d.Want, "have", d.Have)
	}
	if len(faults) > 0 {
		return fmt.Errorf("checking the topics: %w", errors.Join(faults...))
	}
	options := roles.ClickHouseOptions(g.settings)
	applied, err := analytics.Migrate(ctx, &options)
	if err != nil {
		return err
	}
	if len(applied) > 0 {
		g.log.Info("migrations applied", "count", len(applied))
	}
	return nil
}

// welcome tells what runs where and what to do next.
func welcome(s *config.Settings) string {
	var b strings.Builder
	fmt.Fprintf(&b, "Waybill is starting.\n\n  Kafka       %s\n  ClickHouse  %s, database %s\n  health      http://%s/readyz\n\n",
		strings.Join(s.Kafka.Addrs(), ","), s.ClickHouse.Address(), s.ClickHouse.Database, s.HTTP.Listen)
	b.WriteString("Try: waybill register royal-mail AB123456785GB && waybill track royal-mail AB123456785GB\n")
	return b.String()
}

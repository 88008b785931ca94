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

type upCmd struct{ formatFlag }

func (*upCmd) Help() string {
	return `Kafka and ClickHouse run embedded, on loopback, with their data in --data, unless --kafka-brokers and
--clickhouse-addr name others. It prints where everything is, and works until it gets SIGINT or SIGTERM;
what is in hand is then finished. A second signal ends it at once, and loses nothing either.

Examples:

    waybill up
    waybill up --webhook-allow 127.0.0.0/8     # webhooks may go to receivers on this machine
    waybill up --kafka-brokers kafka-1:9092,kafka-2:9092 --clickhouse-addr clickhouse:9000`
}

// Run starts what is embedded, makes topics and tables, and works until it is
// told to stop.
func (c *upCmd) Run(ctx context.Context, g *globals) error {
	listener, err := telemetry.Listen(ctx, g.settings.HTTP.Listen)
	if err != nil {
		return err
	}
	defer listener.Close() //nolint:errcheck // Serve closes it; this is for the ways out before
	served, err := listenAPI(ctx, g.settings)
	if err != nil {
		return err
	}
	defer served.close(g.log)
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
	if err := served.readKeys(g.settings, g.log); err != nil {
		return err
	}
	registry := telemetry.NewRegistry()
	r, err := roles.New(roles.Options{
		Settings: g.settings, Codecs: codecs, Kafka: kafkaOptions(g.settings, g.log),
		Version: version, Logger: g.log, Registerer: registry, API: served.options,
	})
	if err != nil {
		return err
	}
	if err := c.welcome(g.settings, listener.Addr().String(), served); err != nil {
		return err
	}
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return telemetry.Serve(ctx, listener, registry, r.Ready) })
	group.Go(func() error { return r.Run(ctx) })
	group.Go(func() error { return services.watch(ctx) })
	return group.Wait()
}

// prepare makes the topics and tables that are missing and refuses topics that
// cannot be worked with.
func prepare(ctx context.Context, g *globals) error {
	client, err := openKafka(ctx, g)
	if err != nil {
		return err
	}
	defer client.Close()
	made, err := topics.Create(ctx, client, layout(g.settings))
	if err != nil {
		return wayOut(err)
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
func (c *upCmd) welcome(s *config.Settings, listen string, served *servedAPI) error {
	served.told = true
	if c.json() {
		return printJSON(map[string]any{
			"kafka": s.Kafka.Addrs(), "kafka_prefix": s.Kafka.Prefix,
			"clickhouse": s.ClickHouse.Address(), "database": s.ClickHouse.Database, "http": listen, "secret_keys": s.SecretKeys,
			"api": served.address(), "api_key": served.newKey,
		})
	}
	_, err := fmt.Printf(`Waybill is starting.

  Kafka       %s
  ClickHouse  %s, database %s
  health      http://%s/readyz
  keys        %s
  API         %s

Try: waybill register royal-mail AB123456785GB && waybill track royal-mail AB123456785GB
`, strings.Join(s.Kafka.Addrs(), ","), s.ClickHouse.Address(), s.ClickHouse.Database, listen, s.SecretKeys, served)
	return err
}

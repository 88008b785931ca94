package main

import (
	"cmp"
	"context"
	"fmt"
	"strings"
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
	process, err := listen(ctx, g, true)
	if err != nil {
		return err
	}
	defer process.close()
	services, err := startServices(ctx, g.settings, g.log)
	if err != nil {
		return err
	}
	defer services.close(g.log)
	if err := makeTopics(ctx, g); err != nil {
		return err
	}
	if err := makeSchemas(ctx, g); err != nil {
		return err
	}
	if err := makeTables(ctx, g); err != nil {
		return err
	}
	g.recordKept(ctx)
	return process.work(ctx, nil, func() error { return c.welcome(process) }, services.watch)
}

// welcome tells what runs where and what to do next.
func (c *upCmd) welcome(process *serving) error {
	s, listen, served := process.g.settings, process.health.Addr().String(), process.api
	served.told = true
	if c.json() {
		return printJSON(map[string]any{
			"kafka": s.Kafka.Addrs(), "kafka_prefix": s.Kafka.Prefix,
			"clickhouse": s.ClickHouse.Address(), "database": s.ClickHouse.Database, "http": listen, "secret_keys": s.SecretKeys,
			"api": served.address(), "api_key": served.newKey, "console": served.console(s),
		})
	}
	_, err := fmt.Printf(`Waybill is starting.

  Kafka       %s
  ClickHouse  %s, database %s
  health      http://%s/readyz
  keys        %s
  console     %s
  API         %s

Try: waybill register royal-mail AB123456785GB && waybill track royal-mail AB123456785GB
`, strings.Join(s.Kafka.Addrs(), ","), s.ClickHouse.Address(), s.ClickHouse.Database, listen, s.SecretKeys, cmp.Or(served.console(s), "none"), served)
	return err
}

package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/agext/levenshtein"

	"waybill/internal/roles"
)

type runCmd struct {
	formatFlag
	Roles         []string `required:"" help:"What this process does, one or more of ${roles}." placeholder:"ROLE"`
	CreateMissing bool     `help:"Make the topics and tables that are missing first, as 'waybill topics create' and 'waybill migrate' do, and with --registry-framing the schemas, as 'waybill schemas register' does. Without it the process refuses to start and says what is missing."`
}

func (*runCmd) Help() string {
	return `This is for production: nothing is embedded, so --kafka-brokers must be named, and --clickhouse-addr for clickhouse, baselines
and api. Each role may run in any number of processes; those of one role share its work by the partitions of Kafka. Give every process
a name of its own that stays the same over a restart (--instance), and all of them the same settings otherwise.

It works until it gets SIGINT or SIGTERM; what is in hand is then finished. A second signal ends it at once, and loses
nothing either.

Examples:

    waybill run --roles tracking,endpoints,delivery --instance waybill-0 --kafka-brokers kafka-1:9092 --secret-keys secrets.key
    waybill run --roles clickhouse,baselines --kafka-brokers kafka-1:9092 --clickhouse-addr clickhouse:9000
    waybill run --roles api --kafka-brokers kafka-1:9092 --clickhouse-addr clickhouse:9000 --api-keys keys.yaml --secret-keys secrets.key`
}

// Run checks what the roles stand on, and works until it is told to stop.
func (c *runCmd) Run(ctx context.Context, g *globals) error {
	if err := c.check(g); err != nil {
		return wrongUseError{err}
	}
	process, err := listen(ctx, g, c.has(roles.API))
	if err != nil {
		return err
	}
	defer process.close()
	ready, tables := []func(context.Context, *globals) error{checkTopics}, checkTables
	if c.CreateMissing {
		ready, tables = append(ready[:0], makeTopics, makeSchemas), makeTables
	}
	if c.asksClickHouse() {
		ready = append(ready, tables)
	}
	for _, step := range ready {
		if err := step(ctx, g); err != nil {
			return err
		}
	}
	g.recordKept(ctx)
	return process.work(ctx, c.Roles, func() error { return c.welcome(process) })
}

func (c *runCmd) has(role string) bool { return slices.Contains(c.Roles, role) }

func (c *runCmd) asksClickHouse() bool { return slices.ContainsFunc(c.Roles, roles.AsksClickHouse) }

// check refuses roles that are none or have nothing to do, and services that
// would have to be embedded. It leaves each role once.
func (c *runCmd) check(g *globals) error {
	for _, name := range c.Roles {
		if slices.Contains(roles.Names(), name) {
			continue
		}
		nearest := slices.MinFunc(roles.Names(), func(a, b string) int {
			return levenshtein.Distance(name, a, nil) - levenshtein.Distance(name, b, nil)
		})
		return fmt.Errorf("reading --roles: there is no role %q; did you mean %q?", name, nearest)
	}
	slices.Sort(c.Roles)
	c.Roles = slices.Compact(c.Roles)
	s := g.settings
	switch {
	case len(s.Kafka.Brokers) == 0:
		return errors.New("running roles: no Kafka is named; set --kafka-brokers (`waybill up` has one embedded)")
	case c.asksClickHouse() && len(s.ClickHouse.Addr) == 0:
		return fmt.Errorf("running %s: no ClickHouse is named; set --clickhouse-addr (`waybill up` has one embedded)", strings.Join(c.Roles, ","))
	case c.has(roles.API) && s.API.Listen == "":
		return errors.New("running api: --api-listen is empty; set an address for it")
	case c.has(roles.Quotas) && s.Pipeline.Quotas == "":
		return errors.New("running quotas: there are none; name their file with --quotas")
	case c.has(roles.Polling) && s.Connectors.Accounts == "":
		return errors.New("running polling: nobody is to be asked; name the file of accounts with --accounts")
	}
	return nil
}

// welcome tells what runs where.
func (c *runCmd) welcome(process *serving) error {
	s, listen, api := process.g.settings, process.health.Addr().String(), process.api
	api.told = true
	instance, err := s.Pipeline.InstanceName()
	if err != nil {
		return err
	}
	clickHouse := ""
	if c.asksClickHouse() {
		clickHouse = s.ClickHouse.Address()
	}
	if c.json() {
		return printLine(map[string]any{
			"roles": c.Roles, "instance": instance, "version": version, "kafka": s.Kafka.Addrs(), "kafka_prefix": s.Kafka.Prefix,
			"clickhouse": clickHouse, "database": s.ClickHouse.Database, "http": listen, "secret_keys": s.SecretKeys,
			"api": api.address(), "api_key": api.newKey,
		})
	}
	var text strings.Builder
	fmt.Fprintf(&text, "Waybill %s runs %s as %s.\n\n  Kafka       %s\n", version, strings.Join(c.Roles, ", "), instance, strings.Join(s.Kafka.Addrs(), ","))
	if clickHouse != "" {
		fmt.Fprintf(&text, "  ClickHouse  %s, database %s\n", clickHouse, s.ClickHouse.Database)
	}
	fmt.Fprintf(&text, "  health      http://%s/readyz\n", listen)
	if c.has(roles.API) {
		fmt.Fprintf(&text, "  API         %s\n", api)
	}
	_, err = fmt.Print(&text)
	return err
}

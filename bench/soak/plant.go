package soak

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"

	ch "github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"waybill/analytics"
	"waybill/bench/deployed"
	"waybill/bench/rig"
	"waybill/bench/webhooks"
	"waybill/internal/embedded"
	"waybill/internal/roles"
	"waybill/schemas"
)

// database is where the tables are.
const database = "soak"

// plant is all that runs: a broker, a ClickHouse, a receiver of webhooks, and two
// processes that share the roles' work. The first two keep their ports when they
// are started again.
type plant struct {
	dir        string
	kafka      *embedded.Kafka
	clickhouse *embedded.ClickHouse
	stage      *rig.Stage
	receiver   *receiver
	// The first process is never killed, so that its memory tells of the whole
	// time; the second is.
	processes [2]*rig.Process
}

const (
	steady = iota
	killed
)

func newPlant(ctx context.Context, codecs *schemas.Codecs, partitions int, r *receiver) (p *plant, err error) {
	p = &plant{receiver: r}
	defer func() {
		if err != nil {
			err = errors.Join(fmt.Errorf("setting up what is to run: %w", err), p.close())
		}
	}()
	if p.dir, err = os.MkdirTemp("", "waybill-bench-soak-"); err != nil {
		return p, err
	}
	if p.kafka, err = embedded.StartKafka(ctx, embedded.KafkaOptions{DataDir: p.path("kafka")}); err != nil {
		return p, err
	}
	if p.clickhouse, err = embedded.StartClickHouse(ctx, embedded.ClickHouseOptions{DataDir: p.path("clickhouse")}); err != nil {
		return p, err
	}
	if _, err = analytics.Migrate(ctx, p.tables()); err != nil {
		return p, err
	}
	if p.stage, err = rig.NewStageOn(rig.Lent{Broker: p.kafka}, schemas.TopicRegistrations, schemas.TopicCarrierEvents); err != nil {
		return p, err
	}
	p.stage.Dir = p.path("stage")
	if err = os.Mkdir(p.stage.Dir, 0o750); err != nil {
		return p, err
	}
	if err = webhooks.Furnish(ctx, p.stage, codecs, partitions, r.url, []string{"DELIVERED"}); err != nil {
		return p, err
	}
	return p, errors.Join(p.work(ctx, steady), p.work(ctx, killed))
}

// work starts a process with the roles, on the state that it had.
func (p *plant) work(ctx context.Context, i int) (err error) {
	name := strconv.Itoa(i)
	p.processes[i], err = rig.Start(ctx, deployed.Kind, "", &deployed.Order{
		Brokers: p.kafka.Addrs(), Roles: []string{roles.Tracking, roles.Delivery, roles.ClickHouse}, Clock: "log", Instance: name,
		State: filepath.Join(p.path("state"), name), Keys: filepath.Join(p.stage.Dir, "secrets.key"), ClickHouse: p.clickhouse.Addr(), Database: database,
	})
	return err
}

func (p *plant) path(name string) string { return filepath.Join(p.dir, name) }

func (p *plant) tables() *ch.Options {
	return &ch.Options{Addr: []string{p.clickhouse.Addr()}, Auth: ch.Auth{Database: database}}
}

// ask lends a connection to the tables.
func (p *plant) ask(do func(driver.Conn) error) (err error) {
	conn, err := ch.Open(p.tables())
	if err != nil {
		return fmt.Errorf("connecting to ClickHouse: %w", err)
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	return do(conn)
}

// restartKafka cuts every connection: the broker ends and is there again.
func (p *plant) restartKafka(ctx context.Context) error {
	port, err := portOf(p.kafka.Addrs()[0])
	if err == nil {
		err = p.kafka.Close()
	}
	if err == nil {
		p.kafka, err = embedded.StartKafka(ctx, embedded.KafkaOptions{DataDir: p.path("kafka"), Port: port})
	}
	return err
}

// restartClickHouse ends the server and starts it again.
func (p *plant) restartClickHouse(ctx context.Context) error {
	port, err := portOf(p.clickhouse.Addr())
	if err == nil {
		err = p.clickhouse.Close()
	}
	if err == nil {
		p.clickhouse, err = embedded.StartClickHouse(ctx, embedded.ClickHouseOptions{DataDir: p.path("clickhouse"), TCPPort: port})
	}
	return err
}

func portOf(address string) (int, error) {
	_, text, err := net.SplitHostPort(address)
	if err != nil {
		return 0, fmt.Errorf("reading the address %q: %w", address, err)
	}
	return strconv.Atoi(text)
}

// stop ends the processes in order.
func (p *plant) stop() (err error) {
	for i, process := range p.processes {
		gone := process.Begin()
		if gone == nil {
			_, gone = process.End()
		}
		err = errors.Join(err, gone, process.Close())
		p.processes[i] = nil
	}
	return err
}

// close ends what runs and removes what it wrote.
func (p *plant) close() (err error) {
	for _, process := range p.processes {
		if process != nil {
			err = errors.Join(err, process.Kill())
		}
	}
	if p.stage != nil {
		err = errors.Join(err, p.stage.Close())
	}
	if p.clickhouse != nil {
		err = errors.Join(err, p.clickhouse.Close())
	}
	if p.kafka != nil {
		err = errors.Join(err, p.kafka.Close())
	}
	return errors.Join(err, os.RemoveAll(p.dir))
}

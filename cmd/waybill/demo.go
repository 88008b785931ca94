package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"waybill/internal/config"
	"waybill/internal/demo"
)

type demoCmd struct {
	formatFlag
	Map      string        `help:"Column map of --input: scms, olist, or the path of a YAML file." placeholder:"MAP"`
	Input    string        `help:"CSV file to play, plain or gzip. Empty: the shipments that this build carries, and simulated parcels." placeholder:"FILE"`
	Dir      string        `help:"Folder to keep everything in; a demo that was killed goes on there. Empty: a temporary one." type:"path" placeholder:"DIR"`
	Keep     bool          `help:"Leave everything running at the end, for a look around."`
	Patience time.Duration `help:"How long each thing that is waited for may take before the demo gives up." default:"5m"`
}

func (*demoCmd) Help() string {
	return `Without --input it plays the real shipments of 2006 to 2015 that this build carries, then simulated parcels. It uses a
Kafka and a ClickHouse of its own, embedded, unless --kafka-brokers and --clickhouse-addr name others. It fails when a
figure is not what a separate reading of the input says.

Examples:

    waybill demo
    waybill demo --keep                                      # and look around
    waybill demo --map olist --input orders.csv.gz --format json`
}

// Run plays the demo. It fails when a figure is not what it must be.
func (c *demoCmd) Run(ctx context.Context, g *globals) error {
	if (c.Map == "") != (c.Input == "") {
		return wrongUseError{errors.New("--map and --input go together: the one says how to read the other")}
	}
	if g.settings.Registry.Framing {
		return wrongUseError{errors.New("playing the demo: it writes without a schema registry; leave out --registry-framing, and WAYBILL_REGISTRY_FRAMING")}
	}
	dir, remove, err := c.dir()
	if err != nil {
		return err
	}
	defer remove()
	s := demoSettings(*g.settings, dir)
	if err := ownKeys(&s); err != nil {
		return err
	}
	log := demoLogger(s.Log)
	services, err := startServices(ctx, &s, log)
	if err != nil {
		return err
	}
	defer services.close(log)
	ctx, done := services.needed(ctx)
	defer done()
	o := c.options(log, &s, dir)
	var verdict error
	if c.Keep {
		o.Hold = func(summary *demo.Summary) {
			verdict = c.tell(summary)
			fmt.Fprint(os.Stderr, c.lookAround(&s))
			<-ctx.Done()
		}
	}
	summary, err := demo.Run(ctx, o)
	switch {
	case err != nil && ctx.Err() != nil:
		return context.Cause(ctx) // what was cut off by it says less
	case err != nil:
		return err
	case c.Keep:
		return verdict
	}
	return c.tell(summary)
}

// tell prints the figures, and fails when they are not what they must be.
func (c *demoCmd) tell(summary *demo.Summary) error {
	if c.json() {
		if err := printJSON(summary); err != nil {
			return err
		}
	}
	if differences := summary.Differences(); len(differences) > 0 {
		return fmt.Errorf("%d figures are not what they must be:\n  %s", len(differences), strings.Join(differences, "\n  "))
	}
	if !c.json() {
		fmt.Printf("\nEvery number adds up. %.1f s.\n", summary.Seconds)
	}
	return nil
}

func (c *demoCmd) dir() (dir string, remove func(), err error) {
	if c.Dir != "" {
		return c.Dir, func() {}, os.MkdirAll(c.Dir, 0o750)
	}
	dir, err = os.MkdirTemp("", "waybill-demo-")
	if err != nil {
		return "", nil, fmt.Errorf("making a folder for the demo: %w", err)
	}
	return dir, func() { _ = os.RemoveAll(dir) }, nil
}

// demoLogger leaves out what the steps tell already, unless all is asked for.
func demoLogger(l config.Log) *slog.Logger {
	if l.Level == slog.LevelInfo {
		l.Level = slog.LevelWarn
	}
	return l.Logger()
}

func (c *demoCmd) options(log *slog.Logger, s *config.Settings, dir string) demo.Options {
	bar := newProgress("published")
	o := demo.Options{
		Map: c.Map, Input: c.Input, Dir: dir, Settings: s, Kafka: kafkaOptions(s, log), Version: version,
		Logger: log, Patience: c.Patience, Progress: bar.update,
		Step: func(what string) { fmt.Fprintln(os.Stderr, "•", what) },
	}
	if !c.json() {
		o.Report = os.Stdout
	}
	return o
}

// demoSettings are the settings of a demo: services of its own on free ports,
// records' own clock, its own receiver allowed.
func demoSettings(s config.Settings, dir string) config.Settings {
	s.Data = dir
	s.Kafka.Port, s.ClickHouse.Port, s.ClickHouse.HTTPPort = 0, 0, 0
	s.Pipeline.Clock = "log"
	if s.Pipeline.Instance == "" {
		s.Pipeline.Instance = "demo"
	}
	s.Webhook.Allow = append(s.Webhook.Allow, loopbackNetwork())
	if len(s.Kafka.Brokers) > 0 && s.Kafka.Prefix == "" {
		s.Kafka.Prefix = "demo-" + filepath.Base(dir) + "."
	}
	if len(s.ClickHouse.Addr) > 0 {
		s.ClickHouse.Database += "_" + strings.NewReplacer("-", "_", ".", "_").Replace(filepath.Base(dir))
	}
	return s
}

// lookAround says how to look at what a kept demo has made.
func (c *demoCmd) lookAround(s *config.Settings) string {
	kafka, clickhouse := s.Kafka.Addrs()[0], s.ClickHouse.Address()
	parcel := "scms ASN-8.1"
	if c.Map != "" {
		parcel = "CARRIER NUMBER"
	}
	return fmt.Sprintf(`
Everything is still running; Ctrl-C ends it. To look around:

  kcat -C -e -q -b %[1]s -t %[3]sregistrations -c 3
  waybill --kafka-brokers %[1]s --clickhouse-addr %[2]s --clickhouse-database %[4]s explain %[7]s
  waybill --clickhouse-addr %[2]s --clickhouse-database %[4]s report on-time --by service
  clickhouse-client --host %[5]s --port %[6]s --database %[4]s

`, kafka, clickhouse, s.Kafka.Prefix, s.ClickHouse.Database, clickhouse[:strings.LastIndex(clickhouse, ":")], clickhouse[strings.LastIndex(clickhouse, ":")+1:], parcel)
}

package sink

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/bench/report"
	"waybill/bench/rig"
	"waybill/internal/roles"
	"waybill/schemas"
)

// Part is the name of the part that measures what a row costs.
const Part = "sink"

// Options are those of this package's parts.
type Options struct {
	SinkParcels int `help:"Parcels in each turn of sink; about 50 rows each." default:"10000"`
}

// Validate refuses what gives no figure.
func (o *Options) Validate() error {
	if o.SinkParcels < 100 {
		return fmt.Errorf("--sink-parcels %d: at least 100 are needed", o.SinkParcels)
	}
	return nil
}

// bench is one run.
type bench struct {
	common *rig.Options
	load   *load
}

// pair is a turn of the sink, and the same client inserting the same blocks.
type pair struct {
	ours  rig.Turn // of records
	sink  inserted // the same by rows
	bare  inserted // ready-made blocks
	parts uint64   // that the sink made
}

// share is the processor time that ready-made blocks take of both processes, in
// that of the sink, in percent.
func (p pair) share() float64 {
	return 100 * (p.bare.Client + p.bare.Server).Seconds() / (p.sink.Client + p.sink.Server).Seconds()
}

// Run measures.
func Run(ctx context.Context, common *rig.Options, o *Options) (*report.Section, error) {
	codecs, err := schemas.NewCodecs()
	if err != nil {
		return nil, err
	}
	l, err := newLoad(codecs, o.SinkParcels, common.Seed)
	if err != nil {
		return nil, err
	}
	b := &bench{common: common, load: l}
	var pairs []pair
	for i := range common.Warmups + common.Turns {
		p, err := b.pair(ctx, "")
		if err != nil {
			return nil, fmt.Errorf("measuring %s: %w", Part, err)
		}
		fmt.Fprintf(os.Stderr, "%s: turn %d of %d: %.0f rows/s, %.1f+%.1f µs/row; ready-made blocks %.0f rows/s, %.1f+%.1f µs/row: %.0f %%\n", Part, i+1, common.Warmups+common.Turns,
			p.sink.rate(), p.sink.perRow(p.sink.Client), p.sink.perRow(p.sink.Server), p.bare.rate(), p.bare.perRow(p.bare.Client), p.bare.perRow(p.bare.Server), p.share())
		if i >= common.Warmups {
			pairs = append(pairs, p)
		}
	}
	if common.Profile != "" {
		if _, err := b.pair(ctx, common.Profile); err != nil {
			return nil, err
		}
	}
	q, err := b.quiet(ctx)
	if err != nil {
		return nil, fmt.Errorf("measuring %s with quiet partitions: %w", Part, err)
	}
	return b.section(pairs, q), nil
}

// pair lets the sink work off a backlog, and then inserts the same blocks.
func (b *bench) pair(ctx context.Context, profile string) (p pair, err error) {
	ctx, cancel := context.WithTimeoutCause(ctx, b.common.Patience, fmt.Errorf("it took more than %s", b.common.Patience))
	defer cancel()
	s, err := newScene(ctx, b.common.Partitions, b.load.topics())
	if err != nil {
		return p, err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	if err := s.stopMerges(ctx, sunk); err != nil {
		return p, err
	}
	if err := b.ours(ctx, s, profile, &p); err != nil {
		return p, err
	}
	if err := s.Close(); err != nil {
		return p, err
	}
	if err := errors.Join(s.migrate(ctx, ready), s.stopMerges(ctx, ready)); err != nil {
		return p, err
	}
	err = rig.Do(ctx, BlocksKind, &BlocksOrder{Address: s.server.Addr(), Server: s.server.PID(), From: sunk, To: ready}, &p.bare)
	if err == nil && p.bare.Rows != p.sink.Rows {
		err = fmt.Errorf("%d ready-made rows were inserted, %d by the sink", p.bare.Rows, p.sink.Rows)
	}
	return p, err
}

// ours is the sink's turn: everything lies on the topics, and is seen at once.
func (b *bench) ours(ctx context.Context, s *scene, profile string, p *pair) error {
	if err := s.Fill(ctx, func(produce func(*kgo.Record)) { b.load.write(produce, len(b.load.records)) }); err != nil {
		return err
	}
	process, err := s.start(ctx, profile, roles.ClickHouse)
	if err != nil {
		return err
	}
	before := rig.ProcessCPU(s.server.PID())
	if p.ours, err = rig.Measure(ctx, s.Stage, process, roles.ClickHouse, len(b.load.records)); err != nil {
		return err
	}
	p.sink = inserted{Took: p.ours.Took, Client: p.ours.Used.CPU, Server: rig.ProcessCPU(s.server.PID()) - before}
	rows, err := s.number(ctx, "SELECT sum(rows) FROM system.parts WHERE active AND "+sunkParts)
	if err != nil {
		return err
	}
	p.sink.Rows = int(rows)
	if p.parts, err = s.parts(ctx); err != nil {
		return err
	}
	return b.check(ctx, s)
}

// check refuses a turn after which the tables do not hold the load.
func (b *bench) check(ctx context.Context, s *scene) error {
	for table, want := range map[string]int{
		"decisions": b.load.raw, "webhooks": b.load.wrote[schemas.TopicWebhookJobs].Records, "usage": b.load.wrote[schemas.TopicUsage].Records,
	} {
		n, err := s.number(ctx, "SELECT count() FROM "+sunk+"."+table+" FINAL")
		if err != nil {
			return err
		}
		if int(n) != want {
			return fmt.Errorf("table %s has %d rows, not %d", table, n, want)
		}
	}
	return nil
}

// sunkParts chooses the parts of the tables that the sink fills.
const sunkParts = "database = '" + sunk + "' AND table IN (SELECT table FROM system.columns WHERE database = '" + sunk + "' AND name = 'problems')"

// parts is how many there are in the sink's tables.
func (s *scene) parts(ctx context.Context) (uint64, error) {
	return s.number(ctx, "SELECT count() FROM system.parts WHERE "+sunkParts)
}

func (i inserted) rate() float64 { return float64(i.Rows) / i.Took.Seconds() }

// perRow gives a processor time in microseconds per row.
func (i inserted) perRow(cpu time.Duration) float64 {
	return float64(cpu.Nanoseconds()) / 1000 / float64(i.Rows)
}

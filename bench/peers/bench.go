package peers

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"waybill/bench/deployed"
	"waybill/bench/peers/subset"
	"waybill/bench/report"
	"waybill/bench/rig"
	"waybill/internal/apachekafka"
	"waybill/internal/config"
	"waybill/schemas"
)

// Part is the name by which this is run.
const Part = "peers"

// warmLoads is how much more than in its turn a peer works off before it:
// a JVM's compilers are at work for the first seconds.
const warmLoads = 2

// Options are those of this part alone.
type Options struct {
	PeerParcels int             `help:"Parcels in each turn of peers; about 11 raw events each." default:"20000"`
	PeerHold    time.Duration   `help:"How long an event waits for its order in peers." default:"0s"`
	PeerCommits []time.Duration `help:"Commit intervals of the others in peers. Ours has its default." default:"100ms,1s"`
}

// Validate refuses what gives no figure.
func (o *Options) Validate() error {
	if o.PeerParcels < 1 || o.PeerHold < 0 {
		return fmt.Errorf("--peer-parcels %d, --peer-hold %s: at least 1 and 0 are needed", o.PeerParcels, o.PeerHold)
	}
	return nil
}

// bench is one run.
type bench struct {
	Options
	common   *rig.Options
	settings *config.Settings
	codecs   *schemas.Codecs
	headers  subset.Headers
	load     *load
	warm     *load             // what a peer works off first
	java     java              // zero where there is none
	peers    []*peer           // those that this machine has
	missing  map[string]string // why there is no other, by name

	want, wantEssence map[place][][]byte
}

// row is the turns of one contender.
type row struct {
	*contender
	turns []rig.Turn
}

// Run measures: each contender in its turn, then each again. Without Java or the
// jars it measures ours alone.
func Run(ctx context.Context, common *rig.Options, o *Options) (_ *report.Section, err error) {
	b, err := newBench(ctx, common, o)
	if err != nil {
		return nil, err
	}
	v, err := startVenue(ctx, len(b.peers) > 0)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, v.end()) }()
	rows := b.rows()
	for i := range common.Warmups + common.Turns {
		for _, r := range rows {
			t, err := b.turn(ctx, v, r.contender, i)
			if err != nil {
				return nil, fmt.Errorf("measuring %s on %s: %w", r.name, v, err)
			}
			fmt.Fprintf(os.Stderr, "peers: turn %d of %d, %s: %.0f raw events/s, %.1f µs each, the outputs are equal\n",
				i+1, common.Warmups+common.Turns, r.name, t.Rate(), t.Cost())
			if i >= common.Warmups {
				r.turns = append(r.turns, t)
			}
		}
	}
	return b.section(v, rows), nil
}

// rows are those who take part. The first says what must come out.
func (b *bench) rows() []*row {
	rows := []*row{{contender: b.subset()}, {contender: b.whole()}}
	for _, p := range b.peers {
		for _, commit := range b.PeerCommits {
			rows = append(rows, &row{contender: b.on(p, commit)})
		}
	}
	return rows
}

func newBench(ctx context.Context, common *rig.Options, o *Options) (*bench, error) {
	settings, err := deployed.Settings()
	if err != nil {
		return nil, err
	}
	codecs, err := schemas.NewCodecs()
	if err != nil {
		return nil, err
	}
	b := &bench{Options: *o, common: common, settings: settings, codecs: codecs}
	if b.headers, err = subset.NewHeaders(codecs); err != nil {
		return nil, err
	}
	if b.load, err = newLoad(codecs, o.PeerParcels, common.Seed); err != nil {
		return nil, err
	}
	if b.warm, err = newLoad(codecs, warmLoads*o.PeerParcels, common.Seed+1); err != nil {
		return nil, err
	}
	return b, b.findPeers(ctx)
}

// findPeers finds which of the peers this machine can run.
func (b *bench) findPeers(ctx context.Context) error {
	found, noJava := findJava(ctx)
	b.java, b.missing = found, map[string]string{}
	for _, p := range []*peer{newStreams(), newFlink()} {
		lacks := noJava
		if lacks == nil {
			lacks = p.find()
		}
		switch {
		case errors.Is(lacks, apachekafka.ErrUnavailable):
			b.missing[p.name] = lacks.Error()
		case lacks != nil:
			return lacks
		default:
			b.peers = append(b.peers, p)
		}
	}
	return nil
}

// workers is how many members each contender has in the group.
func (b *bench) workers() int { return b.common.Workers() }

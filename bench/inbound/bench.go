package inbound

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/twmb/franz-go/pkg/kadm"

	"waybill/bench/report"
	"waybill/bench/rig"
	"waybill/internal/topics"
	"waybill/internal/vault"
	"waybill/schemas"
)

// Part is the name of the part that measures webhooks of carriers.
const Part = "inbound"

// Options are those of this part alone.
type Options struct {
	InboundWebhooks    int `help:"Webhooks of carriers in each turn of inbound." default:"200000"`
	InboundConnections int `help:"Connections that they come over in inbound." default:"256"`
}

// Validate refuses what gives no figure.
func (o *Options) Validate() error {
	if o.InboundWebhooks < 1 || o.InboundConnections < 1 {
		return fmt.Errorf("--inbound-webhooks %d, --inbound-connections %d: at least 1 each is needed", o.InboundWebhooks, o.InboundConnections)
	}
	return nil
}

// bench is one run of the part.
type bench struct {
	common *rig.Options
	*Options
	bodies int // mean bytes of one
}

// Run measures turns of ours and of the handler that only checks.
func Run(ctx context.Context, common *rig.Options, o *Options) (*report.Section, error) {
	b := &bench{common: common, Options: o}
	var pairs []rig.Pair
	for i := range common.Warmups + common.Turns {
		p, err := b.pair(ctx)
		if err != nil {
			return nil, fmt.Errorf("measuring %s: %w", Part, err)
		}
		if i >= common.Warmups {
			pairs = append(pairs, p)
		}
		fmt.Fprintf(os.Stderr, "%s: turn %d of %d: %.0f webhooks/s, checked alone %.0f\n", Part, i+1, common.Warmups+common.Turns, p.Ours.Rate(), p.Limit.Rate())
	}
	if common.Profile != "" {
		if _, err := b.ours(ctx, common.Profile); err != nil {
			return nil, err
		}
	}
	return b.section(pairs), nil
}

func (b *bench) pair(ctx context.Context) (p rig.Pair, err error) {
	ctx, cancel := context.WithTimeoutCause(ctx, b.common.Patience, fmt.Errorf("it took more than %s", b.common.Patience))
	defer cancel()
	if p.Ours, err = b.ours(ctx, ""); err != nil {
		return p, err
	}
	p.Limit, err = b.turn(ctx, &ServerOrder{}, "")
	return p, err
}

// ours lets the API take them, on a broker of its own.
func (b *bench) ours(ctx context.Context, profile string) (t rig.Turn, err error) {
	s, err := rig.NewStage(ctx, schemas.TopicCarrierEvents)
	if err != nil {
		return t, err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	if _, err := topics.Create(ctx, s.Client, topics.Layout{Partitions: b.common.Partitions, Replication: -1}); err != nil {
		return t, err
	}
	if err := vault.Make(filepath.Join(s.Dir, "secrets.key"), rand.Reader); err != nil {
		return t, err
	}
	if t, err = b.turn(ctx, &ServerOrder{Brokers: s.Addrs(), Dir: s.Dir}, profile); err != nil {
		return t, err
	}
	return t, b.complete(ctx, s)
}

// turn measures one process.
func (b *bench) turn(ctx context.Context, o *ServerOrder, profile string) (t rig.Turn, err error) {
	p, err := rig.Start(ctx, ServerKind, profile, o)
	if err != nil {
		return t, err
	}
	var address string
	var l *load
	if err = p.Said(&address); err == nil {
		l, err = newLoad(address, b.common.Seed)
	}
	if err != nil {
		return t, errors.Join(err, p.Close())
	}
	b.bodies = l.bodies / distinct
	return rig.MeasureWork(ctx, p, b.InboundWebhooks, func(context.Context) error { return nil }, func(ctx context.Context) error {
		return l.send(ctx, address, b.InboundWebhooks, b.InboundConnections)
	})
}

// complete refuses a turn of which not every event lies on the log.
func (b *bench) complete(ctx context.Context, s *rig.Stage) error {
	ends, err := kadm.NewClient(s.Client).ListEndOffsets(ctx, schemas.TopicCarrierEvents)
	if err != nil {
		return fmt.Errorf("asking what was published: %w", err)
	}
	l, err := newLoad("", b.common.Seed)
	if err != nil {
		return err
	}
	have, want := int64(0), int64(l.told(b.InboundWebhooks))
	ends.Each(func(o kadm.ListedOffset) { have += o.Offset })
	if have != want {
		return fmt.Errorf("measuring %s: %d events were published, not %d", Part, have, want)
	}
	return nil
}

func (b *bench) section(pairs []rig.Pair) *report.Section {
	t := report.NewTurns("webhook")
	ours, limits, share := rig.Ours(pairs), rig.Limits(pairs), report.SpreadBy(pairs, rig.Pair.Share)
	report.AddTurns(t, "the API", share.In(0), ours)
	report.AddTurns(t, "checked alone", "", limits)
	return &report.Section{
		Part: Part, Title: "webhooks of carriers that are checked, read and acknowledged, beside the check alone",
		Conditions: []string{
			fmt.Sprintf("%d webhooks of Shippo in a turn, signed, %d bytes on the average, with one or two scans each, over %d connections; %d turns, %d partitions",
				b.InboundWebhooks, b.bodies, b.InboundConnections, b.common.Turns, b.common.Partitions),
			"the broker has a data directory; callers have the cores of the rest",
		},
		Blocks: []report.Block{{Table: t, Note: note}},
		Aims: []report.Aim{
			{What: "webhooks of carriers", Unit: "webhooks/s", Want: 30_000, Have: report.SpreadBy(ours, rig.Turn.Rate).Median},
		},
	}
}

const note = "The check alone is a handler of net/http that reads a webhook, checks the same signature and answers.\n" + report.TurnsNote

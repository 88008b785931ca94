package webhooks

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"waybill/bench/deployed"
	"waybill/bench/rig"
	"waybill/internal/config"
	"waybill/internal/roles"
	"waybill/schemas"
)

// Options are those of these parts alone.
type Options struct {
	Webhooks int `help:"Webhooks in each turn of webhooks." default:"100000"`
	Waiting  int `help:"Webhooks that wait for a dead endpoint in waiting." default:"1000000"`
}

// Validate refuses what gives no figure.
func (o *Options) Validate() error {
	if o.Webhooks < 1 || o.Waiting < 1 {
		return fmt.Errorf("--webhooks %d, --waiting %d: at least 1 each is needed", o.Webhooks, o.Waiting)
	}
	return nil
}

// bench is one run of a part.
type bench struct {
	common *rig.Options
	*Options
	codecs   *schemas.Codecs
	settings *config.Settings
}

func newBench(common *rig.Options, o *Options) (*bench, error) {
	codecs, err := schemas.NewCodecs()
	if err != nil {
		return nil, err
	}
	settings, err := deployed.Settings()
	return &bench{common, o, codecs, settings}, err
}

// turn is one of the measured processes, and what its receiver spent.
type turn struct {
	rig.Turn
	Receiver time.Duration
	Repeats  int
}

// turns calls measure for each turn that counts, and before for those that do
// not.
func (b *bench) turns(ctx context.Context, part string, measure func(ctx context.Context, counts bool) (fmt.Stringer, error)) error {
	for i := range b.common.Warmups + b.common.Turns {
		ctx, cancel := context.WithTimeoutCause(ctx, b.common.Patience, fmt.Errorf("it took more than %s", b.common.Patience))
		said, err := measure(ctx, i >= b.common.Warmups)
		cancel()
		if err != nil {
			return fmt.Errorf("measuring %s: %w", part, err)
		}
		fmt.Fprintf(os.Stderr, "%s: turn %d of %d: %s\n", part, i+1, b.common.Warmups+b.common.Turns, said)
	}
	return nil
}

// deliver starts the role delivery on a stage.
func deliver(ctx context.Context, s *rig.Stage, profile string, names ...string) (*rig.Process, error) {
	return rig.Start(ctx, deployed.Kind, profile, &deployed.Order{
		Brokers: s.Addrs(), Prefix: s.Prefix, Roles: append(names, roles.Delivery), Clock: "live", State: filepath.Join(s.Dir, "state"), Keys: keysOf(s),
	})
}

// measure measures a process that waits for work until so many webhooks have
// come since the receiver's start. It ends the process.
func measure(ctx context.Context, t *target, p *rig.Process, count int, begin func(context.Context) error) (m turn, err error) {
	before := t.CPU()
	m.Turn, err = rig.MeasureWork(ctx, p, count, begin, func(ctx context.Context) error { return t.await(ctx, count) })
	if err != nil {
		return m, err
	}
	m.Receiver = t.CPU() - before
	m.Broker = max(0, m.Broker-m.Receiver)
	_, m.Repeats, err = t.times(ctx)
	return m, err
}

// scene is what stands around a measured process: a receiver, and a broker
// with endpoints that lead there.
type scene struct {
	*target
	stage *rig.Stage
}

func (b *bench) newScene(ctx context.Context, o *ReceiverOrder, endpoints, inFlight int) (*scene, error) {
	t, err := startReceiver(ctx, o)
	if err != nil {
		return nil, err
	}
	stage, err := newStage(ctx, b.codecs, t, b.common.Partitions, endpoints, inFlight)
	if err != nil {
		return nil, errors.Join(err, t.close())
	}
	return &scene{t, stage}, nil
}

func (s *scene) close() error { return errors.Join(s.stage.Close(), s.target.close()) }

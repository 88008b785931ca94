package scale

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/bench/deployed"
	"waybill/bench/rig"
	"waybill/bench/tracking"
	"waybill/internal/roles"
	"waybill/internal/topiclog"
	"waybill/schemas"
)

// point is a place on a curve.
type point struct {
	At         int // its value on the curve
	Cores      int // of each process; 0: as the run's footing has it
	Processes  int
	Partitions int
	Shipments  int  // that are followed before; 0: none
	Endpoints  int  // of the tenant
	Parcels    int  // of the standard load; 0: as the options have it
	Alone      bool // without the limit
}

// figure is what a turn at a point gave.
type figure struct {
	rig.Turn
	// Limit is the pass-through of the same bytes; without records where a curve
	// has none.
	Limit rig.Turn
	State int64 // bytes of the processes' state on disk, at the end
	Log   int64 // bytes of the broker's data, at the end
}

// measure is one turn at a point.
func (b *bench) measure(ctx context.Context, p point) (f figure, err error) {
	ctx, cancel := context.WithTimeoutCause(ctx, b.common.Patience, fmt.Errorf("it took more than %s", b.common.Patience))
	defer cancel()
	ctx = b.footing(p).In(ctx)
	l, err := b.loadOf(p)
	if err != nil {
		return f, err
	}
	source, err := newStage(ctx, l, p)
	if err != nil {
		return f, err
	}
	defer func() { err = errors.Join(err, source.Close()) }()
	if f.Turn, err = b.ours(ctx, source, l, p); err != nil {
		return f, err
	}
	if err := onlyOne(ctx, source); err != nil {
		return f, err
	}
	if f.State, err = sizeOf(source.Dir, statePrefix+"*"); err != nil {
		return f, err
	}
	if f.Log, err = sizeOf(source.Dir, "*"); err != nil {
		return f, err
	}
	f.Log -= f.State
	if p.Alone || p.Shipments > 0 || p.Endpoints > 1 {
		return f, nil // what is asked is how the cost grows
	}
	target, err := newStage(ctx, l, p)
	if err != nil {
		return f, err
	}
	defer func() { err = errors.Join(err, target.Close()) }()
	if err := l.fill(ctx, target, p, limitPasses); err != nil {
		return f, err
	}
	f.Limit, err = rig.MeasureLimit(ctx, target, source, &rig.LimitOrder{
		Inputs: tracking.InputTopics(), Outputs: tracking.OutputTopics(), Partitions: p.Partitions, Passes: limitPasses,
		Workers: p.Processes * max(p.Cores, 1), CommitInterval: b.settings.Pipeline.CommitInterval,
	}, l.events)
	f.Wrote = f.Limit.Wrote
	return f, err
}

// onlyOne fails where webhooks were made for other endpoints than the one that
// wants what comes: what the others cost would be those webhooks.
func onlyOne(ctx context.Context, s *rig.Stage) error {
	own := schemas.JobKey(tracking.Endpoint().EndpointID, "")
	return topiclog.Whole(ctx, s.Client, schemas.TopicWebhookJobs, nil, func(r *kgo.Record) error {
		if !strings.HasPrefix(string(r.Key), own) {
			return fmt.Errorf("reading what tracking has made: a webhook %s of an endpoint that wants none", r.Key)
		}
		return nil
	})
}

// limitPasses is how often the limit works the load off, for it is quicker.
const limitPasses = 2

// footing gives a point its cores. What stands beside it has the last core,
// always, so that a curve says what our own cores are worth.
func (b *bench) footing(p point) rig.Footing {
	f := b.ground
	if cores := slices.Concat(f.Measured, f.Rest); p.Cores > 0 && len(cores) > 1 {
		slices.Sort(cores)
		last := len(cores) - 1
		f.Rest = cores[last:]
		f.Measured = cores[:min(p.Cores*p.Processes, last)]
	}
	return f
}

// statePrefix begins the name of the folder of a process's state.
const statePrefix = "state-"

// ours lets processes of the role tracking work the load off, when they have
// shared the partitions.
func (b *bench) ours(ctx context.Context, s *rig.Stage, l *load, p point) (rig.Turn, error) {
	var started []*rig.Process
	stop := func(err error) (rig.Turn, error) {
		for _, process := range started {
			err = errors.Join(err, process.Close())
		}
		return rig.Turn{}, err
	}
	ground := rig.FootingOf(ctx)
	for i := range p.Processes {
		own := ground
		if n := len(ground.Measured); p.Cores > 0 && n >= p.Cores*p.Processes {
			own.Measured = ground.Measured[i*p.Cores : (i+1)*p.Cores]
		}
		name := fmt.Sprintf("bench-%d", i)
		process, err := rig.Start(own.In(ctx), deployed.Kind, "", &deployed.Order{
			Brokers: s.Addrs(), Roles: []string{roles.Tracking}, Clock: "log", Instance: name, State: filepath.Join(s.Dir, statePrefix+name),
		})
		if err != nil {
			return stop(err)
		}
		started = append(started, process)
	}
	alive := started[0].Alive()
	err := shared(alive, s.Client, p)
	if err == nil && p.Shipments > 0 {
		err = l.follow(alive, s, p)
	}
	if err == nil {
		err = l.fill(alive, s, p, 1)
	}
	if err != nil {
		return stop(err)
	}
	return rig.MeasureTogether(ctx, started, l.events, s.Open, func(ctx context.Context) error { return s.Handled(ctx, roles.Tracking) })
}

// shared waits until every process has its share of the partitions, and none
// is to move.
func shared(ctx context.Context, client *kgo.Client, p point) error {
	admin := kadm.NewClient(client)
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		groups, err := admin.DescribeGroups(ctx, roles.Tracking)
		if err != nil {
			return fmt.Errorf("asking for the members of group %s: %w", roles.Tracking, err)
		}
		if even(groups[roles.Tracking], p) {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("waiting until %d processes share %d partitions: %w", p.Processes, p.Partitions, context.Cause(ctx))
		case <-tick.C:
		}
	}
}

// even tells that no member has more than its share, and all partitions have
// one.
func even(g kadm.DescribedGroup, p point) bool {
	if g.State != "Stable" || len(g.Members) < p.Processes {
		return false
	}
	covered, most := 0, (p.Partitions+len(g.Members)-1)/len(g.Members)
	for _, m := range g.Members {
		assigned, known := m.Assigned.AsConsumer()
		if !known {
			return false
		}
		for _, t := range assigned.Topics {
			if t.Topic != schemas.TopicCarrierEvents {
				continue
			}
			if covered += len(t.Partitions); len(t.Partitions) > most {
				return false
			}
		}
	}
	return covered == p.Partitions
}

// sizeOf sums the bytes of files below the folders of dir that a pattern names.
func sizeOf(dir, pattern string) (sum int64, err error) {
	found, err := filepath.Glob(filepath.Join(dir, pattern))
	if err != nil {
		return 0, fmt.Errorf("listing %s: %w", dir, err)
	}
	for _, folder := range found {
		err = errors.Join(err, filepath.WalkDir(folder, func(_ string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() {
				return ignoreGone(err)
			}
			info, err := entry.Info()
			if err == nil {
				sum += info.Size()
			}
			return ignoreGone(err)
		}))
	}
	return sum, err
}

// ignoreGone takes it that stores and brokers remove files while they are
// looked at.
func ignoreGone(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

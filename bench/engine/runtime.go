package engine

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"waybill/bench/rig"
	"waybill/pipeline/stream"
	"waybill/pipeline/stream/store"
)

// RuntimeKind is the kind of a measured process that runs the job.
const RuntimeKind = "runtime"

// RuntimeOrder is what such a process is told.
type RuntimeOrder struct {
	Brokers []string `json:"brokers"`
	Prefix  string   `json:"prefix"` // of topics and group
	Dir     string   `json:"dir"`    // of the state; empty: it is in memory
	State   state    `json:"state"`
	// Adopt makes the state in Dir belong to this broker's changelog, at its
	// start. State in memory is always filled and does.
	Adopt bool `json:"adopt"`
	// Cache is how many bytes the process keeps decoded values in; 0 for the
	// default.
	Cache int `json:"cache"`
	// Instance names the process among those of the group, if there are several.
	Instance string `json:"instance"`
	// Standbys is how many other processes follow each task. With any, the
	// process is ready when it works on or follows all tasks, to their ends.
	Standbys int `json:"standbys"`
	// Timeout is that of sessions and transactions; 0 for the default.
	Timeout time.Duration `json:"timeout"`
}

// ready is what the process says when it waits for work. Times are those since
// it was begun.
type ready struct {
	Opened time.Duration `json:"opened"` // the database is there
	First  restored      `json:"first"`  // the first records of the changelog are in it; what is here was not measured
	Ready  restored      `json:"ready"`  // every worker is a member, and has restored its tasks
}

// restored is how far restoring has come.
type restored struct {
	At      time.Duration `json:"at"`
	Records int           `json:"records"`
	Used    rig.Usage     `json:"used"`
}

// process runs the job.
type process struct {
	rig.Background
	RuntimeOrder
	began    time.Time
	registry *prometheus.Registry
}

// NewRuntime makes what the process runs. When it is ready it says how long
// that took.
func NewRuntime(o *RuntimeOrder) (rig.Measured, error) {
	return &process{RuntimeOrder: *o, began: time.Now(), registry: prometheus.NewRegistry()}, nil
}

// Prepare implements rig.Measured.
func (p *process) Prepare(ctx context.Context) (any, error) {
	db, err := p.open(ctx)
	if err != nil {
		return nil, err
	}
	opened := time.Since(p.began)
	r, err := stream.New(stream.Config{
		App: app, Instance: cmp.Or(p.Instance, "bench"), Brokers: p.Brokers, Prefix: p.Prefix, Inputs: []string{inputTopic}, Changelog: changelogTopic, DeadLetters: deadLetterTopic,
		State: db, StandbyReplicas: p.Standbys, CacheBytes: p.Cache, SessionTimeout: p.Timeout, TransactionTimeout: p.Timeout,
		Logger: rig.Warnings(), Registerer: p.registry,
	}, counter{})
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	p.Start(ctx, func(ctx context.Context) error { return errors.Join(r.Run(ctx), db.Close()) })
	said, err := p.follow(r)
	said.Opened = opened
	return said, err
}

// follow looks at the runtime until it is ready.
func (p *process) follow(r *stream.Runtime) (said ready, err error) {
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for warm := false; !r.Ready() || !warm; {
		if warm, err = p.warm(); err != nil {
			return said, errors.Join(err, p.Stop())
		}
		if said.First.Records == 0 {
			if said.First, err = p.look(); err != nil {
				return said, errors.Join(err, p.Stop())
			}
		}
		select {
		case <-p.Over():
			return said, errors.Join(errors.New("waiting for the runtime to be ready: it ended"), p.Stop())
		case <-tick.C:
		}
	}
	if said.Ready, err = p.look(); err != nil {
		return said, errors.Join(err, p.Stop())
	}
	return said, nil
}

// look takes note of how far restoring is.
func (p *process) look() (restored, error) {
	used, err := rig.OwnUsage()
	if err != nil {
		return restored{}, err
	}
	families, err := p.registry.Gather()
	if err != nil {
		return restored{}, fmt.Errorf("reading the metrics: %w", err)
	}
	now := restored{At: time.Since(p.began), Used: used}
	for _, family := range families {
		if family.GetName() == "waybill_stream_restored_records_total" {
			now.Records = int(family.GetMetric()[0].GetCounter().GetValue())
		}
	}
	return now, nil
}

// warm tells whether the process works on or follows all tasks, and lacks
// nothing of those that it follows. Without standbys it need not.
func (p *process) warm() (bool, error) {
	if p.Standbys == 0 {
		return true, nil
	}
	families, err := p.registry.Gather()
	if err != nil {
		return false, fmt.Errorf("reading the metrics: %w", err)
	}
	here, behind := 0.0, 0.0
	for _, family := range families {
		for _, m := range family.GetMetric() {
			switch value := m.GetGauge().GetValue(); family.GetName() {
			case "waybill_stream_tasks":
				here += value
			case "waybill_stream_restore_remaining_records", "waybill_stream_standby_lag_records":
				behind += value
			}
		}
	}
	return int(here) == p.State.Partitions && behind == 0, nil
}

// Tell implements rig.Teller. It says how much was restored in all.
func (p *process) Tell() (any, error) { return p.look() }

// open opens the database and sees to it that it holds what it should.
func (p *process) open(ctx context.Context) (store.Database, error) {
	topic, err := topicID(ctx, p.Brokers, p.Prefix+changelogTopic)
	if err != nil {
		return nil, err
	}
	if p.Dir == "" {
		db := store.NewMemoryDatabase()
		return db, p.State.fill(ctx, db, topic)
	}
	db, err := openFolder(p.Dir)
	if err == nil && p.Adopt {
		err = p.State.adopt(ctx, db, topic)
	}
	return db, err
}

// openFolder opens a database as a deployment does.
func openFolder(dir string) (store.Database, error) {
	return store.OpenPebble(dir, store.PebbleOptions{Logger: rig.Warnings()})
}

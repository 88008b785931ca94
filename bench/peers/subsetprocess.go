package peers

import (
	"context"
	"errors"
	"time"

	"waybill/bench/peers/subset"
	"waybill/bench/rig"
	"waybill/bench/tracking"
	"waybill/pipeline/stream"
	"waybill/pipeline/stream/store"
	"waybill/schemas"
	"waybill/schemas/status"
)

// SubsetKind is the kind of a measured process that runs the subset on our own
// runtime.
const SubsetKind = "subset"

// subsetApp names its group.
const subsetApp = "subset"

// SubsetOrder is what such a process is told.
type SubsetOrder struct {
	Brokers        []string      `json:"brokers"`
	Prefix         string        `json:"prefix"` // of topics and group
	Dir            string        `json:"dir"`    // of the state
	Hold           time.Duration `json:"hold"`
	CommitInterval time.Duration `json:"commit_interval"`
}

type subsetProcess struct {
	rig.Background
	db      store.Database
	runtime *stream.Runtime
}

// NewSubset makes what the process runs.
func NewSubset(o *SubsetOrder) (rig.Measured, error) {
	codecs, err := schemas.NewCodecs()
	if err != nil {
		return nil, err
	}
	model, err := status.Default()
	if err != nil {
		return nil, err
	}
	db, err := store.OpenPebble(o.Dir, store.PebbleOptions{Logger: rig.Warnings()})
	if err != nil {
		return nil, err
	}
	endpoint := tracking.Endpoint()
	rules, err := subset.New(subset.Options{Codecs: codecs, Model: model, Hold: o.Hold, Endpoint: endpoint.EndpointID, Chosen: endpoint.Statuses})
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	r, err := stream.New(stream.Config{
		App: subsetApp, Instance: "bench", Brokers: o.Brokers, Prefix: o.Prefix, Inputs: []string{subset.TopicInputs},
		Changelog: subset.TopicChangelog, DeadLetters: schemas.TopicDeadLetters, State: db, Clock: stream.Log,
		CommitInterval: o.CommitInterval, Logger: rig.Warnings(),
	}, rules)
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return &subsetProcess{db: db, runtime: r}, nil
}

// Prepare implements rig.Measured.
func (p *subsetProcess) Prepare(ctx context.Context) (any, error) {
	p.Start(ctx, func(ctx context.Context) error { return errors.Join(p.runtime.Run(ctx), p.db.Close()) })
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for !p.runtime.Ready() {
		select {
		case <-p.Over():
			return nil, errors.Join(errors.New("waiting for the subset to be ready: it ended"), p.Stop())
		case <-tick.C:
		}
	}
	return nil, nil
}

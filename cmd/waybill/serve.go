package main

import (
	"context"
	"net"
	"sync/atomic"

	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/sync/errgroup"

	"waybill/internal/gcroom"
	"waybill/internal/roles"
	"waybill/internal/telemetry"
)

// serving is what `up` and `run` have in common: a process of roles that works
// until it is told to stop.
type serving struct {
	g        *globals
	health   net.Listener // of metrics and health
	api      *servedAPI
	registry *prometheus.Registry
	roles    atomic.Pointer[roles.Roles] // nil until they are put together
	asked    *errgroup.Group             // what is served to operators from the first
	hush     context.CancelFunc          // ends that
}

// listen takes the addresses of a process, so that one in use is known before
// anything else starts, and begins to tell how the process is.
func listen(ctx context.Context, g *globals, withAPI bool) (*serving, error) {
	if err := g.settings.CheckDisk(); err != nil {
		return nil, wrongUseError{err}
	}
	for _, warning := range g.settings.Warnings() {
		g.log.Warn("looking at the settings", "warning", warning)
	}
	health, err := telemetry.Listen(ctx, g.settings.HTTP.Listen)
	if err != nil {
		return nil, err
	}
	s := &serving{g: g, health: health, api: &servedAPI{}, registry: telemetry.NewRegistry(version)}
	ctx, s.hush = context.WithCancel(ctx)
	s.asked, ctx = errgroup.WithContext(ctx)
	s.asked.Go(func() error { return telemetry.Serve(ctx, health, s.registry, s.tell) })
	profiles, err := listenProfiles(ctx, &g.settings.HTTP)
	if err == nil {
		s.asked.Go(func() error { return profiles(ctx) })
		if withAPI {
			s.api, err = listenAPI(ctx, g.settings)
		}
	}
	if err != nil {
		s.hush()
		return nil, err
	}
	return s, nil
}

// tell says how the process is.
func (s *serving) tell() telemetry.Health {
	if r := s.roles.Load(); r != nil {
		return r.Health()
	}
	return telemetry.NewHealth([]telemetry.Role{{Name: "waybill", Waits: "it is starting and looks at its topics and tables"}})
}

// close lets go of the addresses, unless that was done.
func (s *serving) close() {
	s.hush()
	s.api.close(s.g.log)
}

// work runs the named roles, all that there is something to do for if none is
// named, until ctx is done or one of beside fails. welcome tells the user when
// everything is set up.
func (s *serving) work(ctx context.Context, names []string, welcome func() error, beside ...func(context.Context) error) error {
	defer gcroom.Keep(gcroom.Default)()
	codecs, schemaRegistry, err := openCodecs(ctx, s.g.settings, s.g.log, s.registry)
	if err != nil {
		return err
	}
	defer schemaRegistry.Close()
	if err := s.api.readKeys(s.g.settings, s.g.log); err != nil {
		return err
	}
	if s.api.newKey != "" {
		recordBeside(ctx, s.g, keyAdded(s.api.options.Keys.Find(s.api.newKey)))
	}
	r, err := roles.New(roles.Options{
		Settings: s.g.settings, Codecs: codecs, Kafka: kafkaOptions(s.g.settings, s.g.log),
		Version: version, Logger: s.g.log, Registerer: s.registry, Gatherer: s.registry, API: s.api.options, Registry: schemaRegistry,
	}, names...)
	if err != nil {
		return err
	}
	s.roles.Store(r)
	if err := welcome(); err != nil {
		return err
	}
	group, ctx := errgroup.WithContext(ctx)
	context.AfterFunc(ctx, s.hush)
	group.Go(s.asked.Wait)
	group.Go(func() error { return r.Run(ctx) })
	for _, run := range beside {
		group.Go(func() error { return run(ctx) })
	}
	return group.Wait()
}

package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"time"

	"github.com/alecthomas/kong"
	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/internal/config"
	"waybill/internal/roles"
	"waybill/internal/telemetry"
	"waybill/schemas"
)

// defaultSettings are the settings of a deployment that sets none.
func defaultSettings() (*config.Settings, error) {
	s := new(config.Settings)
	parser, err := kong.New(s)
	if err == nil {
		_, err = parser.Parse(nil)
	}
	if err != nil {
		return nil, fmt.Errorf("reading the default settings: %w", err)
	}
	return s, nil
}

// tracking is the role as a deployment runs it, on the clock of the log.
type tracking struct {
	background
	roles *roles.Roles
}

func newTracking(brokers []string, hold time.Duration) (*tracking, error) {
	s, err := defaultSettings()
	if err != nil {
		return nil, err
	}
	s.Kafka.Brokers = brokers
	s.Pipeline.Instance, s.Pipeline.Clock, s.Pipeline.ReorderHold = "bench", "log", hold
	codecs, err := schemas.NewCodecs()
	if err != nil {
		return nil, err
	}
	r, err := roles.New(roles.Options{
		Settings: s, Codecs: codecs, Kafka: []kgo.Opt{kgo.SeedBrokers(brokers...)}, Version: "bench",
		Logger: warnings(), Registerer: telemetry.NewRegistry(),
	}, roles.Tracking)
	if err != nil {
		return nil, err
	}
	return &tracking{roles: r}, nil
}

// prepare implements measured. What tracking is going to write is not known.
func (t *tracking) prepare(ctx context.Context) (tallies, error) {
	t.start(ctx, t.roles.Run)
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for t.roles.Ready() != nil {
		select {
		case <-t.over():
			return nil, errors.Join(errors.New("waiting for tracking to be ready: it ended"), t.err)
		case <-tick.C:
		}
	}
	return nil, nil
}

// warnings is the log of the measured process: what it warns of.
func warnings() *slog.Logger {
	return slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
}

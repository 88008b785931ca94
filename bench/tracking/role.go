package tracking

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/alecthomas/kong"
	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/bench/rig"
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

// Kind is the kind of a measured process that runs the role.
const Kind = "tracking"

// Order is what such a process is told.
type Order struct {
	Brokers []string      `json:"brokers"`
	Hold    time.Duration `json:"hold"`  // of the reordering
	State   string        `json:"state"` // folder
}

// role is tracking as a deployment runs it, on the clock of the log.
type role struct {
	rig.Background
	roles *roles.Roles
}

// New makes what the process runs.
func New(o *Order) (rig.Measured, error) {
	s, err := defaultSettings()
	if err != nil {
		return nil, err
	}
	s.Kafka.Brokers = o.Brokers
	s.Pipeline.StateDir = o.State
	s.Pipeline.Instance, s.Pipeline.Clock, s.Pipeline.ReorderHold = "bench", "log", o.Hold
	codecs, err := schemas.NewCodecs()
	if err != nil {
		return nil, err
	}
	r, err := roles.New(roles.Options{
		Settings: s, Codecs: codecs, Kafka: []kgo.Opt{kgo.SeedBrokers(o.Brokers...)}, Version: "bench",
		Logger: rig.Warnings(), Registerer: telemetry.NewRegistry(),
	}, roles.Tracking)
	if err != nil {
		return nil, err
	}
	return &role{roles: r}, nil
}

// Prepare implements rig.Measured. What tracking is going to write is not known.
func (t *role) Prepare(ctx context.Context) (any, error) {
	t.Start(ctx, t.roles.Run)
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for t.roles.Ready() != nil {
		select {
		case <-t.Over():
			return nil, errors.Join(errors.New("waiting for tracking to be ready: it ended"), t.Stop())
		case <-tick.C:
		}
	}
	return nil, nil
}

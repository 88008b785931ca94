package deployed

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"net"
	"net/netip"
	"time"

	"github.com/alecthomas/kong"
	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/bench/rig"
	"waybill/internal/apikeys"
	"waybill/internal/config"
	"waybill/internal/roles"
	"waybill/internal/telemetry"
	"waybill/schemas"
)

// Settings are those of a deployment that sets none.
func Settings() (*config.Settings, error) {
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

// Kind is the kind of a measured process that runs roles.
const Kind = "roles"

// Order is what such a process is told.
type Order struct {
	Brokers []string      `json:"brokers"`
	Prefix  string        `json:"prefix"` // of topics and groups
	Roles   []string      `json:"roles"`
	Clock   string        `json:"clock"` // of tracking: live or log
	Hold    time.Duration `json:"hold"`  // of the reordering
	State   string        `json:"state"` // folder
	// Instance tells processes apart that share work; empty: there is one.
	Instance string `json:"instance"`
	Keys     string `json:"keys"`     // file of those that endpoints' secrets are sealed with; of delivery and the API alone
	Listen   string `json:"listen"`   // address of the API; empty: it is not among the roles
	APIKeys  string `json:"api_keys"` // file of its keys
	// ClickHouse is the address of the server with the tables, Database where they
	// are; for the role clickhouse alone.
	ClickHouse string `json:"clickhouse"`
	Database   string `json:"database"`
}

// process is the roles at work.
type process struct {
	rig.Background
	roles *roles.Roles
}

// New makes what the process runs.
func New(o *Order) (rig.Measured, error) {
	s, err := Settings()
	if err != nil {
		return nil, err
	}
	s.Kafka.Brokers, s.Kafka.Prefix = o.Brokers, o.Prefix
	s.Pipeline.StateDir, s.SecretKeys = o.State, o.Keys
	if o.ClickHouse != "" {
		s.ClickHouse.Addr, s.ClickHouse.Database = []string{o.ClickHouse}, o.Database
	}
	s.Pipeline.Instance, s.Pipeline.Clock, s.Pipeline.ReorderHold = cmp.Or(o.Instance, "bench"), o.Clock, o.Hold
	s.Webhook.Allow = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")} // the receivers are on this machine
	codecs, err := schemas.NewCodecs()
	if err != nil {
		return nil, err
	}
	options := roles.Options{
		Settings: s, Codecs: codecs, Kafka: []kgo.Opt{kgo.SeedBrokers(o.Brokers...)}, Version: "bench",
		Logger: rig.Warnings(), Registerer: telemetry.NewRegistry("bench"),
	}
	if options.API, err = o.api(s); err != nil {
		return nil, err
	}
	r, err := roles.New(options, o.Roles...)
	if err != nil {
		return nil, err
	}
	return &process{roles: r}, nil
}

// api gives where the API is served, nil where it is not. Its keys may ask as
// often as they like, for that is what is measured.
func (o *Order) api(s *config.Settings) (*roles.APIOptions, error) {
	if o.Listen == "" {
		return nil, nil
	}
	s.API.Rate = math.MaxInt32
	keys, err := apikeys.Open(o.APIKeys, rig.Warnings())
	if err != nil {
		return nil, err
	}
	listener, err := net.Listen("tcp", o.Listen) //nolint:noctx // it is taken before anything is waited for
	if err != nil {
		return nil, fmt.Errorf("listening for the API: %w", err)
	}
	return &roles.APIOptions{Listener: listener, Keys: keys}, nil
}

// Prepare implements rig.Measured. What the roles are going to write is not known.
func (p *process) Prepare(ctx context.Context) (any, error) {
	p.Start(ctx, p.roles.Run)
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for p.roles.Ready() != nil {
		select {
		case <-p.Over():
			return nil, errors.Join(errors.New("waiting for the roles to be ready: they ended"), p.Stop())
		case <-tick.C:
		}
	}
	return nil, nil
}

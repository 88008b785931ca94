package reshard

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
)

// Config says which job is moved, and to how many partitions.
type Config struct {
	// Brokers are seed addresses, host:port; ClientOpts are added to every
	// Kafka client: TLS, SASL, a dialer.
	Brokers    []string
	ClientOpts []kgo.Opt
	// Prefix stands before every topic name and before App, which names the
	// consumer group.
	Prefix string
	App    string
	// Inputs are all inputs of the job, also the one that misplaced records
	// take. Inputs and Changelog are grown.
	Inputs    []string
	Changelog string
	// Partitions is how many each of them has afterwards.
	Partitions int32
	// DryRun checks everything and changes nothing.
	DryRun bool
	// Patience is how long instances that were stopped may take to leave the
	// group. Default 15 s: they stay members for their session timeout, 10 s.
	Patience time.Duration
	// Progress hears how much of the changelog was read, in offsets, and Written
	// after that how many records were written, of how many. Either may be nil.
	Progress, Written func(done, total int64)
	// WindowBytes is about how much state is held in memory at a time.
	// Default 32 MiB.
	WindowBytes int
}

func (c *Config) group() string { return c.Prefix + c.App }

// self names this tool in the group and among transactions.
func (c *Config) self() string { return c.group() + "-reshard" }

func (c *Config) full() []string {
	var all []string
	for _, name := range c.names() {
		all = append(all, c.Prefix+name)
	}
	return all
}

// names returns the logical names of all topics that are grown, the changelog
// first: what producers write to changes last.
func (c *Config) names() []string { return append([]string{c.Changelog}, c.Inputs...) }

func (c *Config) client(more ...kgo.Opt) (*kgo.Client, error) {
	client, err := kgo.NewClient(c.opts(more...)...)
	if err != nil {
		return nil, fmt.Errorf("making a Kafka client: %w", err)
	}
	return client, nil
}

func (c *Config) opts(more ...kgo.Opt) []kgo.Opt {
	opts := append([]kgo.Opt{kgo.SeedBrokers(c.Brokers...), kgo.ClientID(c.App + "-reshard"), kgo.DisableClientMetrics(), kgo.MetadataMinAge(100 * time.Millisecond)}, c.ClientOpts...)
	return append(opts, more...)
}

// Report says what was done or, for a dry run, what would be.
type Report struct {
	Group string `json:"group"`
	// From and To are numbers of partitions. They are equal when there was
	// nothing to do.
	From int32 `json:"from"`
	To   int32 `json:"to"`
	// Grown are the full names of the topics that had fewer partitions.
	Grown []string `json:"grown"`
	// Waiting is the number of offsets of the inputs that the group has not
	// handled: what it goes on with, besides what comes.
	Waiting int64 `json:"waiting"`
	// Records is how far the changelog reached, in offsets.
	Records int64 `json:"records"`
	// Moved is how many records of it were copied to another partition.
	Moved int64 `json:"moved"`
	// StreamTime is where all tasks go on (rule E8), zero when none has seen
	// anything.
	StreamTime time.Time `json:"stream_time,omitzero"`
}

// Run moves a job. No instance of it may run. It may be run again whenever it
// failed, and goes on from where it was.
func Run(ctx context.Context, cfg Config) (*Report, error) {
	if cfg.Patience == 0 {
		cfg.Patience = 15 * time.Second
	}
	if cfg.WindowBytes == 0 {
		cfg.WindowBytes = 32 << 20
	}
	if cfg.Partitions < 1 || len(cfg.Inputs) == 0 || cfg.Changelog == "" || cfg.App == "" {
		return nil, errors.New("checking what to move: a job with inputs and a changelog is needed, and a number of partitions from 1")
	}
	client, err := cfg.client(kgo.TransactionalID(cfg.self()))
	if err != nil {
		return nil, err
	}
	defer client.Close()
	if !cfg.DryRun {
		if err := succeed(ctx, &cfg, client); err != nil {
			return nil, err
		}
	}
	admin := kadm.NewClient(client)
	if err := empty(ctx, &cfg, admin); err != nil {
		return nil, err
	}
	s, err := look(ctx, &cfg, client)
	if err != nil {
		return nil, err
	}
	if err := s.check(); err != nil {
		return nil, err
	}
	report := s.report()
	if s.from == cfg.Partitions || cfg.DryRun {
		return report, nil
	}
	if !s.noted {
		// Once the topics are grown, only the notes tell how many partitions
		// there were: a second run needs to know.
		if err := transact(ctx, &cfg, admin, s.from, nil); err != nil {
			return nil, err
		}
	}
	if err := s.grow(ctx, admin); err != nil {
		return nil, err
	}
	if err := transact(ctx, &cfg, admin, cfg.Partitions, report); err != nil {
		return report, err
	}
	// The transaction is over, but the broker may not show its offsets yet: an
	// instance that starts now would see the old ones and refuse.
	_, err = committed(ctx, &cfg, admin)
	return report, err
}

package clickhouse

import (
	"errors"
	"fmt"
	"log/slog"
	"time"

	ch "github.com/ClickHouse/clickhouse-go/v2"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/schemas"
)

// Defaults of Config.
const (
	DefaultGroup         = "waybill-clickhouse"
	DefaultFlushRows     = 50_000
	DefaultFlushInterval = time.Second
)

// maxFlushRows keeps a batch within one block of the server's.
const maxFlushRows = 1_000_000

// Config says what a sink runs on.
type Config struct {
	// Kafka holds the options of the client: addresses, TLS, SASL, a client id.
	// The sink adds those of the consumer group itself.
	Kafka []kgo.Opt
	// Prefix stands before every topic name. Empty: none.
	Prefix string
	// Group is the consumer group. Empty: Prefix and DefaultGroup.
	Group string
	// ClickHouse says how to connect, Auth.Database which database holds the
	// tables. The sink opens and closes a connection of its own.
	ClickHouse ch.Options
	// Codecs read the records.
	Codecs *schemas.Codecs
	// FlushRows is how many records make a full batch, up to a million. Larger
	// batches cost less for each row and more memory. 0: DefaultFlushRows.
	FlushRows int
	// FlushInterval is how long it is from one write to the next, where they are
	// not full. Longer makes fewer and larger inserts, and tables that lag more.
	// While the server has too many parts it is doubled, up to 30 seconds.
	// 0: DefaultFlushInterval.
	FlushInterval time.Duration
	// Logger receives one line for each batch, at debug level, and what went
	// wrong. Nil: none.
	Logger *slog.Logger
	// Registerer receives the metrics. Nil: none.
	Registerer prometheus.Registerer
}

// withDefaults returns the config with every default in its place, or says
// which setting is wrong.
func (c Config) withDefaults() (Config, error) {
	if c.Group == "" {
		c.Group = c.Prefix + DefaultGroup
	}
	if c.FlushRows == 0 {
		c.FlushRows = DefaultFlushRows
	}
	if c.FlushInterval == 0 {
		c.FlushInterval = DefaultFlushInterval
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	switch {
	case c.Codecs == nil:
		return c, errors.New("setting up the ClickHouse sink: no codecs are given")
	case c.ClickHouse.Auth.Database == "":
		return c, errors.New("setting up the ClickHouse sink: no database is named")
	case c.FlushRows < 0 || c.FlushRows > maxFlushRows:
		return c, fmt.Errorf("setting up the ClickHouse sink: a batch has 1 to %d rows, not %d", maxFlushRows, c.FlushRows)
	case c.FlushInterval < 0:
		return c, fmt.Errorf("setting up the ClickHouse sink: the flush interval is %v; it must be above 0", c.FlushInterval)
	}
	return c, nil
}

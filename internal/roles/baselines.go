package roles

import (
	"context"
	"errors"
	"fmt"

	ch "github.com/ClickHouse/clickhouse-go/v2"

	"waybill/internal/baselines"
)

// Baselines is the role that builds the table baselines again and again. It is
// no consumer group.
const Baselines = "baselines"

// scheduleBaselines gives what runs the schedule. A replay has none: what it
// finds would depend on how fast it was played.
func (p *parts) scheduleBaselines(o *Options) (run func(context.Context) error, err error) {
	every := p.settings.Pipeline.BaselinesEvery
	if every == 0 || p.settings.Pipeline.Clock == "log" {
		return nil, nil //nolint:nilnil // nothing is to be run
	}
	options := ClickHouseOptions(p.settings)
	conn, err := ch.Open(&options)
	if err != nil {
		return nil, fmt.Errorf("connecting to ClickHouse at %v: %w", options.Addr, err)
	}
	schedule, err := baselines.NewSchedule(&baselines.Builder{
		Kafka: o.Kafka, Prefix: p.settings.Kafka.Prefix, Codecs: p.codecs, Model: p.knows.Model, ClickHouse: conn,
	}, every, p.log.With("app", Baselines), p.registerer)
	if err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return func(ctx context.Context) error { return errors.Join(schedule.Run(ctx), conn.Close()) }, nil
}

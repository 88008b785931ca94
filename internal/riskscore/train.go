package riskscore

import (
	"context"
	"errors"
	"fmt"
	"time"

	ch "github.com/ClickHouse/clickhouse-go/v2"
	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/analytics"
	"waybill/internal/playback"
	"waybill/pipeline/tracking"
	"waybill/schemas"
	"waybill/sinks/clickhouse"
)

// longAgo is before everything that a file tells: all of it is learned from.
const longAgo = "1990-01-01"

// learn makes baselines of what was known of parcels at the split.
func learn(ctx context.Context, o *Options, parcels []*parcel) (rows []schemas.Baseline, err error) {
	records, err := follow(o, parcels)
	if err != nil {
		return nil, err
	}
	if _, err := analytics.Migrate(ctx, &o.ClickHouse); err != nil {
		return nil, err
	}
	conn, err := ch.Open(&o.ClickHouse)
	if err != nil {
		return nil, fmt.Errorf("connecting to ClickHouse: %w", err)
	}
	defer func() {
		drop := conn.Exec(context.WithoutCancel(ctx), "DROP DATABASE IF EXISTS `"+o.ClickHouse.Auth.Database+"`")
		err = errors.Join(err, drop, conn.Close())
	}()
	sink, err := clickhouse.New(clickhouse.Config{ClickHouse: o.ClickHouse, Codecs: o.Rules.Codecs})
	if err != nil {
		return nil, err
	}
	if err := sink.Load(ctx, records); err != nil {
		return nil, err
	}
	since, err := time.Parse(time.DateOnly, longAgo)
	if err != nil {
		return nil, err
	}
	return analytics.BuildBaselines(ctx, conn, o.Rules.Model, since, o.Split)
}

// follow plays parcels up to the split and gives what the rules write for the
// tables that baselines come from.
func follow(o *Options, parcels []*parcel) ([]*kgo.Record, error) {
	var records []*kgo.Record
	add := func(topic string, value []byte, err error) error {
		records = append(records, &kgo.Record{Topic: topic, Value: value})
		return err
	}
	player, err := newPlayer(o, nil, []string{schemas.TopicShipments, schemas.TopicTrackingEvents}, func(out *playback.Output) error {
		if out.Refused != nil {
			return fmt.Errorf("a record of %s was refused: %w", out.Key, out.Refused)
		}
		for i := range out.Shipments {
			value, err := o.Rules.Codecs.Shipment.Encode(&out.Shipments[i])
			if err := add(schemas.TopicShipments, value, err); err != nil {
				return err
			}
		}
		for i := range out.Events {
			value, err := o.Rules.Codecs.TrackingEvent.Encode(&out.Events[i])
			if err := add(schemas.TopicTrackingEvents, value, err); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if err := play(player, parcels, o.Split); err != nil {
		return nil, err
	}
	return records, player.Advance(o.Split)
}

// newPlayer makes a player of the rules with a table of baselines; nil: none.
func newPlayer(o *Options, table *schemas.BaselineTable, topics []string, emit func(*playback.Output) error) (*playback.Player, error) {
	j, err := tracking.NewJob(o.Rules)
	if err != nil {
		return nil, err
	}
	return playback.New(playback.Options{
		Job: j, Codecs: o.Rules.Codecs, Topics: topics, Emit: emit,
		Tables: map[string]any{schemas.TopicBaselines: table},
	})
}

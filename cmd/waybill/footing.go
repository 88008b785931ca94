package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	ch "github.com/ClickHouse/clickhouse-go/v2"

	"waybill/analytics"
	"waybill/internal/roles"
	"waybill/internal/topics"
)

// makeTopics makes the topics that are missing and refuses those that cannot be
// worked with.
func makeTopics(ctx context.Context, g *globals) error {
	made, differences, err := compareTopics(ctx, g, true)
	if len(made) > 0 {
		g.log.Info("topics created", "count", len(made))
		g.kept = append(g.kept, topicsMade(g, made))
	}
	if err != nil {
		return err
	}
	return judgeTopics(g, differences)
}

// checkTopics refuses to work where topics are missing, and makes none.
func checkTopics(ctx context.Context, g *globals) error {
	_, differences, err := compareTopics(ctx, g, false)
	if err != nil {
		return err
	}
	return judgeTopics(g, differences)
}

// judgeTopics fails with what no role can work with, and warns of the rest.
func judgeTopics(g *globals, differences []topics.Difference) error {
	var missing []string
	var faults []error
	for _, d := range differences {
		switch d.Setting {
		case "topic":
			missing = append(missing, d.Topic)
		case "partitions":
			faults = append(faults, errors.New(d.String()))
		default:
			g.log.Warn("a topic is not as it should be", "topic", d.Topic, "setting", d.Setting, "want", d.Want, "have", d.Have)
		}
	}
	if len(missing) > 0 {
		faults = append(faults, fmt.Errorf("missing are %s (is --kafka-prefix right? `waybill topics create` makes them)", strings.Join(missing, ", ")))
	}
	if len(faults) > 0 {
		return fmt.Errorf("checking the topics: %w", errors.Join(faults...))
	}
	return nil
}

// makeTables brings the tables up to date.
func makeTables(ctx context.Context, g *globals) error {
	applied, kept, err := bringUpTables(ctx, g.settings, func(int, int) {})
	if err != nil {
		return err
	}
	if len(applied)+len(kept) > 0 {
		g.kept = append(g.kept, tablesMade(g, applied, kept))
	}
	if len(applied) > 0 {
		g.log.Info("migrations applied", "count", len(applied))
	}
	for _, k := range kept {
		g.log.Info("rows are kept for another time", "table", k.Table, "days", k.Days)
	}
	return nil
}

// checkTables refuses to work with tables of an older build. A ClickHouse that
// does not answer is no reason not to start: what comes in waits in Kafka, and
// the roles ask for it again and again.
func checkTables(ctx context.Context, g *globals) error {
	options := roles.ClickHouseOptions(g.settings)
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	pending, err := analytics.Pending(ctx, &options)
	if _, answered := errors.AsType[*ch.Exception](err); err != nil && !answered {
		g.log.Warn("ClickHouse does not answer; starting without it", "addr", g.settings.ClickHouse.Address(), "err", err)
		return nil
	}
	if err != nil {
		return fmt.Errorf("checking the tables at %s: %w", g.settings.ClickHouse.Address(), err)
	}
	if len(pending) > 0 {
		return fmt.Errorf("checking the tables at %s: database %s lacks %d migrations, from %s on (`waybill migrate` applies them)",
			g.settings.ClickHouse.Address(), g.settings.ClickHouse.Database, len(pending), pending[0])
	}
	return nil
}

package demo

import (
	"context"
	"fmt"
	"maps"
	"time"

	"waybill/schemas"
)

// tables are those whose rows are counted.
func tables() []string {
	return []string{
		"tracking_events", "decisions", "shipments", "registrations", "exception_episodes", "eta_changes",
		"webhook_attempts", "usage",
	}
}

// count reads the figures from where their users would: ClickHouse, and the
// receiver of the webhooks.
func (d *demo) count(ctx context.Context) (*Summary, error) {
	s := &Summary{
		Refused: d.input.refused, Registrations: d.input.registrations, RawEvents: d.input.events, DerivedEvents: map[string]uint64{},
		ClickHouse: map[string]uint64{}, carriers: map[string]*carrierFigures{},
		scms: d.input.scms, simulated: d.input.simulated,
	}
	for _, step := range []func(context.Context, *Summary) error{
		d.countDecisions, d.countEvents, d.countWebhooks, d.countRows, d.countReports, d.countCarriers,
	} {
		if err := step(ctx, s); err != nil {
			return nil, fmt.Errorf("counting what came out: %w", err)
		}
	}
	s.Seconds = time.Since(d.started).Seconds()
	return s, nil
}

func (d *demo) countDecisions(ctx context.Context, s *Summary) error {
	counts, err := d.countBy(ctx, "SELECT decision, count() FROM decisions FINAL GROUP BY decision")
	s.Decisions = map[string]uint64{
		schemas.DecisionAccepted: 0, schemas.DecisionDuplicate: 0, schemas.DecisionRevision: 0, schemas.DecisionLate: 0,
		schemas.DecisionOutdated: 0, schemas.DecisionAfterWindow: 0, schemas.DecisionOrphan: 0, schemas.DecisionFlooded: 0,
		schemas.DecisionDeadLetter: 0,
	}
	maps.Copy(s.Decisions, counts)
	return err
}

func (d *demo) countEvents(ctx context.Context, s *Summary) error {
	counts, err := d.countBy(ctx, "SELECT type, count() FROM tracking_events FINAL GROUP BY type")
	for kind, n := range counts {
		if kind == schemas.TypeEvent {
			s.TrackingEvents = n
			continue
		}
		s.DerivedEvents[kind] = n
	}
	if err != nil {
		return err
	}
	s.expired, err = d.countBy(ctx, "SELECT carrier, count() FROM tracking_events FINAL WHERE type = 'tracking.expired' GROUP BY carrier")
	return err
}

func (d *demo) countWebhooks(ctx context.Context, s *Summary) (err error) {
	const ended = "SELECT type, uniqExact(job_id) FROM webhook_attempts FINAL WHERE trigger != 'test' AND outcome %s GROUP BY type"
	if s.Webhooks.ByType, err = d.countBy(ctx, fmt.Sprintf(ended, "= 'delivered'")); err != nil {
		return err
	}
	for _, n := range s.Webhooks.ByType {
		s.Webhooks.Delivered += n
	}
	failed, err := d.countBy(ctx, fmt.Sprintf(ended, "IN ('expired', 'cancelled')"))
	for _, n := range failed {
		s.Webhooks.Failed += n
	}
	seen := d.receiver.listener.Snapshot()
	s.Webhooks.Verified = seen.Webhooks - seen.ByType[schemas.TypeEndpointTest]
	s.SequenceGaps = seen.Missing
	return err
}

func (d *demo) countRows(ctx context.Context, s *Summary) error {
	for _, table := range tables() {
		var n uint64
		if err := d.conn.QueryRow(ctx, "SELECT count() FROM "+table+" FINAL").Scan(&n); err != nil {
			return fmt.Errorf("counting %s: %w", table, err)
		}
		s.ClickHouse[table] = n
	}
	return nil
}

// countBy runs a query of names and counts.
func (d *demo) countBy(ctx context.Context, query string, args ...any) (map[string]uint64, error) {
	rows, err := d.conn.Query(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close() //nolint:errcheck // Err tells
	counts := make(map[string]uint64)
	for rows.Next() {
		var name string
		var n uint64
		if err := rows.Scan(&name, &n); err != nil {
			return nil, err
		}
		counts[name] = n
	}
	return counts, rows.Err()
}

package disk

import (
	"context"
	"errors"
	"fmt"
	"time"

	ch "github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/analytics"
	"waybill/connectors/replay"
	"waybill/internal/playback"
	"waybill/pipeline/tracking"
	"waybill/schemas"
	"waybill/schemas/status"
	"waybill/sinks/clickhouse"
)

const (
	tenant        = "bench"
	duplicateRate = 0.05
	// loadRecords is how many records are handed to the sink at a time.
	loadRecords = 200_000
)

// tables are those that a source fills.
func tables() []string {
	return []string{"tracking_events", "decisions", "shipments", "registrations", "exception_episodes", "eta_changes", "webhooks", "usage"}
}

// store is a database that a source fills.
type store struct {
	options ch.Options
	conn    driver.Conn
	sink    *clickhouse.Sink
	codecs  *schemas.Codecs
	pending []*kgo.Record
	offset  int64 // of webhooks on their topic, which is their key
}

// openStore makes the database and its tables. Parts keep each column in a file
// of its own, however small they are, so that each column's share is known; and
// webhooks do not expire, for those of the load are old.
func openStore(ctx context.Context, server, database string, codecs *schemas.Codecs) (_ *store, err error) {
	s := &store{codecs: codecs}
	s.options = ch.Options{Addr: []string{server}, Auth: ch.Auth{Database: database}}
	if _, err := analytics.Migrate(ctx, &s.options); err != nil {
		return nil, err
	}
	if s.sink, err = clickhouse.New(clickhouse.Config{ClickHouse: s.options, Codecs: codecs}); err != nil {
		return nil, err
	}
	if s.conn, err = ch.Open(&s.options); err != nil {
		return nil, fmt.Errorf("connecting to ClickHouse: %w", err)
	}
	statements := []string{"ALTER TABLE webhooks REMOVE TTL"}
	for _, table := range tables() {
		statements = append(statements, "ALTER TABLE "+table+" MODIFY SETTING min_bytes_for_wide_part = 0")
	}
	for _, statement := range statements {
		if err := s.conn.Exec(ctx, statement); err != nil {
			return nil, errors.Join(fmt.Errorf("setting up the tables (%s): %w", statement, err), s.conn.Close())
		}
	}
	return s, nil
}

// fill plays records through the rules and stores what comes out.
func (s *store) fill(ctx context.Context, rules tracking.Config, records []replay.Record) error {
	job, err := tracking.NewJob(rules)
	if err != nil {
		return err
	}
	player, err := playback.New(playback.Options{
		Job: job, Codecs: s.codecs, Endpoints: []schemas.WebhookEndpoint{endpoint()}, Emit: func(out *playback.Output) error { return s.take(ctx, out) },
	})
	if err != nil {
		return err
	}
	for i := range records {
		if err := player.Play(&records[i]); err != nil {
			return err
		}
	}
	if err := player.Advance(replay.TickTime(records)); err != nil {
		return err
	}
	return s.flush(ctx)
}

// take encodes what the rules made, as it would lie on the topics.
func (s *store) take(ctx context.Context, out *playback.Output) error {
	if out.Refused != nil {
		return fmt.Errorf("playing %s: it was refused: %w", out.Key, out.Refused)
	}
	err := errors.Join(
		add(s, out.At, schemas.TopicShipments, s.codecs.Shipment, out.Shipments),
		add(s, out.At, schemas.TopicTrackingEvents, s.codecs.TrackingEvent, out.Events),
		add(s, out.At, schemas.TopicDecisions, s.codecs.Decision, out.Decisions),
		add(s, out.At, schemas.TopicWebhookJobs, s.codecs.WebhookJob, out.Webhooks),
		add(s, out.At, schemas.TopicUsage, s.codecs.Usage, out.Usage),
	)
	if err == nil && len(s.pending) >= loadRecords {
		err = s.flush(ctx)
	}
	return err
}

func add[T any](s *store, at time.Time, topic string, codec *schemas.Codec[T], values []T) error {
	for i := range values {
		value, err := codec.Encode(&values[i])
		if err != nil {
			return err
		}
		s.pending = append(s.pending, &kgo.Record{Topic: topic, Timestamp: at, Offset: s.offset, Value: value})
		s.offset++
	}
	return nil
}

// flush has the sink write what is pending.
func (s *store) flush(ctx context.Context) error {
	if len(s.pending) == 0 {
		return nil
	}
	err := s.sink.Load(ctx, s.pending)
	s.pending = s.pending[:0]
	return err
}

// merge brings each table to one part in each partition, with one version of
// each row.
func (s *store) merge(ctx context.Context) error {
	for _, table := range tables() {
		if err := s.conn.Exec(ctx, "OPTIMIZE TABLE "+table+" FINAL"); err != nil {
			return fmt.Errorf("merging table %s: %w", table, err)
		}
	}
	return nil
}

// endpoint wants what a shop tells its customers: about one webhook for each
// fourth raw event.
func endpoint() schemas.WebhookEndpoint {
	return schemas.WebhookEndpoint{
		EndpointID: "ep_bench", Tenant: tenant, Revision: 1, URL: "https://receiver.example/webhooks",
		Types: []string{schemas.TypeStatusChanged}, Statuses: []string{"IN_TRANSIT", status.OutForDelivery, status.Delivered}, Secrets: []schemas.EndpointSecret{},
		Headers: map[string]string{}, Schedule: []int64{},
	}
}

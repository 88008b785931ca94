package soak

import (
	"context"
	"fmt"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/bench/rig"
	"waybill/internal/roles"
	"waybill/internal/topiclog"
	"waybill/schemas"
)

// verdict is what was compared at the end. A soak whose truth is not exact
// fails, and says where.
type verdict struct {
	parcels, events, webhooks, repeats int
}

// look is how long to wait before what is not complete is looked at again.
const look = 200 * time.Millisecond

// judge waits until all is done, and compares it with the truth.
func (b *bench) judge(ctx context.Context, p *plant, s *source) (v verdict, err error) {
	const windows = 100 * 24 * time.Hour // all that is to come of the last batch
	if err := s.tick(ctx, b.common.Partitions, windows); err != nil {
		return v, err
	}
	if err := p.stage.Handled(ctx, roles.Tracking); err != nil {
		return v, err
	}
	v = verdict{parcels: len(s.statuses), events: s.events}
	if v.webhooks, err = delivered(ctx, p); err != nil {
		return v, err
	}
	_, v.repeats = p.receiver.counts()
	return v, p.ask(func(conn driver.Conn) error {
		for _, c := range []count{
			decided(v.events),
			{"decisions, each once", "SELECT count() FROM decisions FINAL WHERE source_topic = '" + schemas.TopicCarrierEvents + "'", v.events},
			{"shipments", "SELECT count() FROM shipments FINAL", v.parcels},
			{"webhooks", "SELECT uniqExact(job_id) FROM webhooks FINAL", v.webhooks},
		} {
			if err := c.reached(ctx, conn); err != nil {
				return err
			}
		}
		return truthful(ctx, conn, s.statuses)
	})
}

// count is something in the tables, of which there must be so many.
type count struct {
	what, query string
	want        int
}

func decided(events int) count {
	return count{"raw events with a decision", "SELECT uniqExact(source_partition, source_offset) FROM decisions WHERE source_topic = '" + schemas.TopicCarrierEvents + "'", events}
}

// delivered waits until the receiver has every webhook that lies on the log, and
// refuses one that does not.
func delivered(ctx context.Context, p *plant) (count int, err error) {
	ids := map[string]bool{}
	codecs, err := schemas.NewCodecs()
	if err != nil {
		return 0, err
	}
	client, err := kgo.NewClient(kgo.SeedBrokers(p.kafka.Addrs()...))
	if err != nil {
		return 0, fmt.Errorf("making a client: %w", err)
	}
	defer client.Close()
	if err := topiclog.Whole(ctx, client, schemas.TopicWebhookJobs, nil, func(r *kgo.Record) error {
		job, err := codecs.WebhookJob.Decode(r.Value)
		if err != nil {
			return err
		}
		if ids[job.JobID] {
			return fmt.Errorf("the webhook %s is on the log twice", job.JobID)
		}
		ids[job.JobID] = true
		return nil
	}); err != nil {
		return 0, fmt.Errorf("reading %s: %w", schemas.TopicWebhookJobs, err)
	}
	for id := range ids {
		for !p.receiver.has(id) {
			if !rig.Pause(ctx, look) {
				return 0, fmt.Errorf("waiting for the webhook %s: %w", id, context.Cause(ctx))
			}
		}
	}
	if effects, _ := p.receiver.counts(); effects != len(ids) {
		return 0, fmt.Errorf("%d webhooks came, and %d are on the log", effects, len(ids))
	}
	return len(ids), nil
}

// reached waits until there are as many as there must be.
func (c count) reached(ctx context.Context, conn driver.Conn) error {
	for {
		var have uint64
		if err := conn.QueryRow(ctx, c.query).Scan(&have); err != nil {
			return fmt.Errorf("counting %s in ClickHouse: %w", c.what, err)
		}
		if int(have) == c.want {
			return nil
		}
		if int(have) > c.want || !rig.Pause(ctx, look) {
			return fmt.Errorf("counting %s in ClickHouse: there are %d, not %d: %w", c.what, have, c.want, context.Cause(ctx))
		}
	}
}

// truthful compares the last status of each parcel with the simulator's.
func truthful(ctx context.Context, conn driver.Conn, statuses map[string]string) error {
	rows, err := conn.Query(ctx, "SELECT tracking_number, status FROM shipments FINAL")
	if err != nil {
		return fmt.Errorf("reading shipments: %w", err)
	}
	defer func() { _ = rows.Close() }() // Err says what went wrong
	wrong, example := 0, ""
	for rows.Next() {
		var number, status string
		if err := rows.Scan(&number, &status); err != nil {
			return fmt.Errorf("reading shipments: %w", err)
		}
		if want := statuses[number]; status != want {
			wrong++
			example = fmt.Sprintf("%s is %s and should be %s", number, status, want)
		}
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("reading shipments: %w", err)
	}
	if wrong > 0 {
		return fmt.Errorf("%d of %d parcels have another status than is true: %s", wrong, len(statuses), example)
	}
	return nil
}

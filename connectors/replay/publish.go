package replay

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/schemas"
)

// PublishConfig says where and how a batch is published.
type PublishConfig struct {
	// Kafka are the options of the client: at least the brokers. How records are
	// partitioned and acknowledged is decided here.
	Kafka []kgo.Opt
	// Codecs writes the values. Required.
	Codecs *schemas.Codecs
	// Prefix is put before the names of the topics.
	Prefix string
	// WallClock publishes for a live deployment: records bear the time at which
	// they are sent. Otherwise they bear their arrival, for a pipeline that
	// follows the log's clock (rule E8).
	WallClock bool
	// NoTick leaves out the ticks that end a replay, so that more records may
	// follow. A live deployment gets none.
	NoTick bool
	// Resume goes on with a run of the same batch, and the same ticks, that was
	// cut off: what the topics hold already is passed over, and counts as
	// acknowledged. The topics must hold nothing else.
	Resume bool
	// TickAt is the time of the ticks. Zero: TickTime of the records.
	TickAt time.Time
}

// Published counts what Kafka has acknowledged.
type Published struct {
	Registrations, Events int
	// Ticks is one for each partition of both topics; TickAt is their time.
	Ticks  int
	TickAt time.Time
}

// Publish sends records in the order given and returns when Kafka has
// acknowledged all of them. progress, which may be nil, is called after each
// acknowledgement with the number of records so far and in all, ticks left out;
// it must be quick and is never called by two goroutines at a time.
//
// On an error some records are on the topics and some are not; Published says
// how many. Sending them all again is safe: what is there twice is dropped as a
// duplicate.
func Publish(ctx context.Context, c PublishConfig, records []Record, progress func(published, total int)) (Published, error) {
	if c.WallClock && !c.TickAt.IsZero() {
		return Published{}, errors.New("publishing records: a tick sets the clock of a replay; a live deployment has none")
	}
	if c.TickAt.IsZero() {
		c.TickAt = TickTime(records)
	}
	if n := len(records); n > 0 && c.TickAt.Before(records[n-1].Arrival) {
		return Published{}, fmt.Errorf("publishing records: the tick at %s would lie before the last arrival, %s",
			c.TickAt.Format(time.RFC3339), records[n-1].Arrival.Format(time.RFC3339))
	}
	client, err := newProducer(c.Kafka)
	if err != nil {
		return Published{}, fmt.Errorf("publishing records: %w", err)
	}
	p := &publisher{PublishConfig: c, client: client, total: len(records), progress: progress}
	err = p.publish(ctx, records)
	client.Close() // fails what a failure left in the client
	p.mu.Lock()
	defer p.mu.Unlock()
	if err != nil {
		return p.done, fmt.Errorf("publishing records: %w", err)
	}
	return p.done, nil
}

// publisher is one run of Publish.
type publisher struct {
	PublishConfig
	client   *kgo.Client
	total    int
	progress func(published, total int)

	resume *resume // nil: nothing is there yet

	mu   sync.Mutex
	done Published
}

func (p *publisher) publish(ctx context.Context, records []Record) error {
	partitions, err := partitionsOf(ctx, p.client, p.Prefix)
	if err != nil {
		return err
	}
	if p.Resume {
		if p.resume, err = newResume(ctx, p.client, p.Prefix, partitions); err != nil {
			return err
		}
	}
	ctx, fail := context.WithCancelCause(ctx)
	defer fail(nil)
	for i := range records {
		if err := p.send(ctx, fail, &records[i], func() { p.acknowledged(&records[i]) }); err != nil {
			fail(err)
			break
		}
	}
	if !p.WallClock && !p.NoTick && len(records) > 0 && ctx.Err() == nil {
		p.tick(ctx, fail, partitions)
	}
	if more := p.resume.left(); more > 0 && ctx.Err() == nil {
		fail(fmt.Errorf("going on with the batch: the topics hold %d records more than it has; they are of something else", more))
	}
	if err := p.client.Flush(ctx); err != nil && ctx.Err() == nil {
		return err
	}
	return context.Cause(ctx)
}

// send sends a record; acknowledged is called when Kafka has it.
func (p *publisher) send(ctx context.Context, fail context.CancelCauseFunc, r *Record, acknowledged func()) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	value, err := r.encode(p.Codecs)
	if err != nil {
		return err
	}
	out := &kgo.Record{Topic: p.Prefix + r.Topic(), Key: []byte(r.Key), Value: value}
	if !p.WallClock {
		out.Timestamp = r.Arrival
	}
	if p.resume.has(out) {
		acknowledged()
		return nil
	}
	p.client.Produce(ctx, out, func(_ *kgo.Record, err error) {
		if err != nil {
			fail(fmt.Errorf("sending %s to %s: %w", r.Key, out.Topic, err))
			return
		}
		acknowledged()
	})
	return nil
}

func (p *publisher) acknowledged(r *Record) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if r.Registration != nil {
		p.done.Registrations++
	} else {
		p.done.Events++
	}
	if p.progress != nil {
		p.progress(p.done.Registrations+p.done.Events, p.total)
	}
}

// tick ends each partition with a record that moves the clock on, so that
// every timer fires that is due by then (rule E8).
func (p *publisher) tick(ctx context.Context, fail context.CancelCauseFunc, partitions int32) {
	p.mu.Lock()
	p.done.TickAt = p.TickAt
	p.mu.Unlock()
	for _, topic := range []string{schemas.TopicRegistrations, schemas.TopicCarrierEvents} {
		for partition := range partitions {
			out := &kgo.Record{
				Topic: p.Prefix + topic, Partition: partition, Timestamp: p.TickAt,
				Headers: []kgo.RecordHeader{{Key: schemas.TickHeader}},
			}
			if p.resume.has(out) {
				p.ticked()
				continue
			}
			p.client.Produce(ctx, out, func(_ *kgo.Record, err error) {
				if err != nil {
					fail(fmt.Errorf("sending the tick to partition %d of %s: %w", out.Partition, out.Topic, err))
					return
				}
				p.ticked()
			})
		}
	}
}

func (p *publisher) ticked() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.done.Ticks++
}

package replay

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"

	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/connectors/dialects"
)

// Counts says what became of rows.
type Counts struct {
	Rows          int                     `json:"rows"`
	Registrations int                     `json:"registrations"`
	Events        int                     `json:"carrier_events"`
	Refused       int                     `json:"refused"`
	Failures      map[dialects.Reason]int `json:"failures"`
}

// Add counts a row.
func (c *Counts) Add(r *Row) {
	c.Rows++
	c.Refused += len(r.Refused)
	for i := range r.Records {
		if r.Records[i].Registration != nil {
			c.Registrations++
		} else {
			c.Events++
		}
	}
	for _, f := range r.Failures {
		if c.Failures == nil {
			c.Failures = make(map[dialects.Reason]int)
		}
		c.Failures[f.Reason]++
	}
}

func (c *Counts) plus(other *Counts) {
	c.Rows += other.Rows
	c.Registrations += other.Registrations
	c.Events += other.Events
	c.Refused += other.Refused
	for reason, n := range other.Failures {
		if c.Failures == nil {
			c.Failures = make(map[dialects.Reason]int)
		}
		c.Failures[reason] += n
	}
}

// Sender publishes rows of a live deployment as they are read, so that an input
// may be of any size. It knows up to which row Kafka has acknowledged all.
type Sender struct {
	publisher

	ctx  context.Context
	fail context.CancelCauseFunc

	rows  sync.Mutex
	sent  []*sentRow // not acknowledged as a whole, in order
	acked Counts     // of the rows before those
}

// sentRow is a row on its way.
type sentRow struct {
	Counts

	left int // records that are not acknowledged
}

// NewSender makes a sender; Close ends it. The config's clock must be the wall
// clock. earlier counts what was acknowledged before, by a run that was cut off.
func NewSender(ctx context.Context, c PublishConfig, earlier Counts) (*Sender, error) {
	if !c.WallClock || c.Resume {
		return nil, errors.New("sending rows: a replay is published as a whole")
	}
	client, err := newProducer(c.Kafka)
	if err != nil {
		return nil, err
	}
	if _, err := partitionsOf(ctx, client, c.Prefix); err != nil {
		client.Close()
		return nil, fmt.Errorf("sending rows: %w", err)
	}
	s := &Sender{publisher: publisher{PublishConfig: c, client: client}, acked: earlier}
	s.acked.Failures = maps.Clone(earlier.Failures)
	s.ctx, s.fail = context.WithCancelCause(ctx)
	return s, nil
}

// Send sends the records of a row. It waits while Kafka takes less than comes,
// and returns the first error that an earlier row met.
func (s *Sender) Send(r *Row) error {
	row := &sentRow{left: len(r.Records)}
	row.Add(r)
	s.rows.Lock()
	s.sent = append(s.sent, row)
	s.settle()
	s.rows.Unlock()
	for i := range r.Records {
		if err := s.send(s.ctx, s.fail, &r.Records[i], func() { s.acknowledge(row) }); err != nil {
			s.fail(err)
			return err
		}
	}
	return nil
}

func (s *Sender) acknowledge(row *sentRow) {
	s.rows.Lock()
	defer s.rows.Unlock()
	row.left--
	s.settle()
}

// settle counts the rows that were acknowledged with all before them.
func (s *Sender) settle() {
	n := 0
	for n < len(s.sent) && s.sent[n].left == 0 {
		s.acked.plus(&s.sent[n].Counts)
		s.sent[n] = nil
		n++
	}
	s.sent = s.sent[n:]
}

// Acknowledged counts the rows up to the first that Kafka has not acknowledged
// as a whole. A run that is cut off goes on after them.
func (s *Sender) Acknowledged() Counts {
	s.rows.Lock()
	defer s.rows.Unlock()
	out := s.acked
	out.Failures = maps.Clone(out.Failures)
	return out
}

// Close waits until Kafka has answered for everything, and ends the sender.
func (s *Sender) Close() error {
	err := s.client.Flush(s.ctx)
	s.client.Close()
	if cause := context.Cause(s.ctx); cause != nil {
		err = cause
	}
	s.fail(nil)
	if err != nil {
		return fmt.Errorf("sending rows: %w", err)
	}
	return nil
}

// newProducer makes a client that waits for all replicas.
func newProducer(options []kgo.Opt) (*kgo.Client, error) {
	client, err := kgo.NewClient(append(slices.Clone(options),
		kgo.RequiredAcks(kgo.AllISRAcks()),
		kgo.RecordPartitioner(partitioner{kgo.StickyKeyPartitioner(nil)}))...)
	if err != nil {
		return nil, fmt.Errorf("making the Kafka client: %w", err)
	}
	return client, nil
}

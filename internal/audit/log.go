package audit

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/schemas"
)

const (
	// asideWait is how long Kafka may take with an entry that nobody waits for.
	asideWait = 2 * time.Minute
	// endWait bounds the end of an act, which is written also for a client that
	// has gone.
	endWait = 10 * time.Second
	// lookEvery is how often counts of refusals are looked at.
	lookEvery = 5 * time.Second
)

// Log writes entries. It is safe for concurrent use.
type Log struct {
	// Kafka waits for all replicas and writes idempotently (its defaults).
	Kafka *kgo.Client
	// Prefix stands before the name of the topic.
	Prefix string
	Codec  *schemas.Codec[schemas.AuditEntry]
	// Logger is told of entries that were lost.
	Logger *slog.Logger

	lost     prometheus.Counter // nil: it is not counted
	refusals refusals
}

// Register counts the entries that are lost.
func (l *Log) Register(registerer prometheus.Registerer) error {
	l.lost = prometheus.NewCounter(prometheus.CounterOpts{
		Name: "waybill_audit_lost_entries_total", Help: "Entries of the audit that Kafka did not take: the log has what they say.",
	})
	if err := registerer.Register(l.lost); err != nil {
		return fmt.Errorf("registering the metrics of the audit: %w", err)
	}
	return nil
}

// Act is one that was begun.
type Act struct {
	log   *Log
	entry schemas.AuditEntry
}

// Begin writes that an act is begun, and returns when Kafka has acknowledged it.
// On an error the act must not be done.
func (l *Log) Begin(ctx context.Context, e *schemas.AuditEntry) (*Act, error) {
	a := &Act{l, *made(e, schemas.AuditBegun)}
	return a, l.write(ctx, &a.entry)
}

// End writes how it ended; reason is a word, empty where it was done. It is
// written also when ctx is done. On an error the entry stays as it was begun,
// and the log has how it ended.
func (a *Act) End(ctx context.Context, outcome, reason string) error {
	a.entry.Outcome, a.entry.Reason = outcome, reason
	a.entry.Revision++
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), endWait)
	defer cancel()
	err := a.log.write(ctx, &a.entry)
	if err != nil {
		a.log.tellLost(&a.entry, err)
	}
	return err
}

// Done writes an act that was done, and returns when Kafka has acknowledged it:
// for one that cannot be begun before, because it makes the topic.
func (l *Log) Done(ctx context.Context, e *schemas.AuditEntry) error {
	return l.write(ctx, made(e, schemas.AuditDone))
}

// Seen writes an act that was seen to be done, and does not wait for Kafka. What
// is lost the log has.
func (l *Log) Seen(e *schemas.AuditEntry) { l.aside(made(e, schemas.AuditDone)) }

// Refused writes that an act was refused, and does not wait for Kafka. The same
// again within a minute is counted, and written when the minute is over.
func (l *Log) Refused(e *schemas.AuditEntry) {
	if first := l.refusals.take(made(e, schemas.AuditRefused)); first != nil {
		l.aside(first)
	}
}

// Run writes counts of refusals when their minute is over, and what is left of
// them when ctx is done.
func (l *Log) Run(ctx context.Context) error {
	look := time.NewTicker(lookEvery)
	defer look.Stop()
	for {
		select {
		case now := <-look.C:
			for _, e := range l.refusals.over(now.Add(-window)) {
				l.aside(e)
			}
		case <-ctx.Done():
			for _, e := range l.refusals.over(time.Now().Add(window)) {
				l.aside(e)
			}
			ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), endWait)
			defer cancel()
			if err := l.Kafka.Flush(ending); err != nil {
				return fmt.Errorf("writing the last entries of the audit: %w", err)
			}
			return nil
		}
	}
}

// made completes an entry.
func made(e *schemas.AuditEntry, outcome string) *schemas.AuditEntry {
	whole := *e
	whole.EntryID = "aud_" + strings.ToLower(rand.Text())
	whole.Outcome, whole.Count, whole.Revision = outcome, 1, 1
	whole.OccurredAt = time.Now().UTC().Truncate(time.Millisecond)
	return &whole
}

func (l *Log) record(e *schemas.AuditEntry) (*kgo.Record, error) {
	value, err := l.Codec.Encode(e)
	return &kgo.Record{Topic: l.Prefix + schemas.TopicAudit, Key: []byte(e.Tenant), Value: value}, err
}

func (l *Log) write(ctx context.Context, e *schemas.AuditEntry) error {
	r, err := l.record(e)
	if err == nil {
		err = l.Kafka.ProduceSync(ctx, r).FirstErr()
	}
	if err != nil {
		return fmt.Errorf("writing to the audit: %w", err)
	}
	return nil
}

// aside writes an entry that nobody waits for.
func (l *Log) aside(e *schemas.AuditEntry) {
	r, err := l.record(e)
	if err != nil {
		l.tellLost(e, err)
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), asideWait)
	l.Kafka.TryProduce(ctx, r, func(_ *kgo.Record, err error) {
		cancel()
		if err != nil {
			l.tellLost(e, err)
		}
	})
}

// tellLost has the log say what an entry would have said.
func (l *Log) tellLost(e *schemas.AuditEntry, err error) {
	if l.lost != nil {
		l.lost.Inc()
	}
	if errors.Is(err, kgo.ErrMaxBuffered) {
		err = errors.New("too much waits for a Kafka that is away")
	}
	l.Logger.Error("an entry of the audit could not be written", "audit", true, "entry_id", e.EntryID, "act", e.Act, "outcome", e.Outcome, "reason", e.Reason,
		"tenant", e.Tenant, "actor_kind", e.ActorKind, "actor", e.Actor, "from", e.Address, "object_kind", e.ObjectKind, "object_id", e.ObjectID,
		"count", e.Count, "request_id", e.RequestID, "err", err)
}

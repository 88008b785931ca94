package roles

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/internal/topiclog"
	"waybill/pipeline/delivery"
	"waybill/pipeline/stream/job"
	"waybill/schemas"
	"waybill/sinks/webhook"
)

// performer makes the calls that delivery asks for (E13).
type performer struct {
	caller  *webhook.Caller
	bodies  *bodies
	secrets *opener
	tells   *attempts
	log     *slog.Logger
}

// perform makes one call. It is handed to the runtime.
func (p *performer) perform(ctx context.Context, request any) any {
	attempt, ok := request.(delivery.Attempt)
	if !ok {
		return fmt.Errorf("making a call: the request is a %T", request)
	}
	result := delivery.Result{JobID: attempt.JobID, Number: attempt.Number}
	call := attempt.Call
	hidden, err := p.secrets.open(attempt.Tenant, &call)
	if err != nil {
		result.Outcome.Reason = delivery.ReasonSecretUnreadable
		if p.secrets.tells(attempt.EndpointID, time.Now()) {
			p.log.Error("webhooks wait: a secret of their endpoint cannot be opened", "webhook_id", attempt.JobID,
				"endpoint_id", attempt.EndpointID, "tenant", attempt.Tenant, "err", err)
		}
		return result
	}
	var load func(context.Context) ([]byte, error)
	if attempt.BodyAt != nil {
		load = func(ctx context.Context) ([]byte, error) { return p.body(ctx, attempt.JobID, *attempt.BodyAt) }
	}
	response, err := p.caller.CallWith(ctx, webhook.Request(call), load)
	result.Outcome = delivery.Outcome(response)
	if err != nil && ctx.Err() == nil {
		result.Outcome.Reason = delivery.ReasonBodyUnavailable
		p.log.Error("reading the body of a webhook", "webhook_id", attempt.JobID, "at", *attempt.BodyAt, "err", err)
	}
	result.Outcome.Answer = conceal(result.Outcome.Answer, hidden)
	if ctx.Err() != nil && result.Outcome.StartedAt.IsZero() {
		result.Outcome.Reason = delivery.ReasonCanceled // we stopped before anything was sent, whatever the call says
	}
	p.tells.tell(ctx, &attempt, &result.Outcome)
	return result
}

// bodyWait is how long the next look for a body waits after Kafka did not give
// it. An absent Kafka is not the endpoint's fault, so it is no failed attempt.
const bodyWait = 500 * time.Millisecond

// errNoBody says that a body is gone for good.
var errNoBody = errors.New("the body is gone")

// body reads a body, again and again until ctx is done while Kafka is away.
func (p *performer) body(ctx context.Context, jobID string, at job.Position) ([]byte, error) {
	wait := time.NewTicker(bodyWait)
	defer wait.Stop()
	for {
		body, err := p.bodies.read(ctx, jobID, at)
		if err == nil || errors.Is(err, errNoBody) || errors.Is(err, kerr.OffsetOutOfRange) {
			return body, err
		}
		select {
		case <-ctx.Done():
			return nil, err
		case <-wait.C:
		}
	}
}

// bodies reads webhooks' bodies from where they lie on webhook-jobs (W1).
type bodies struct {
	client *kgo.Client
	topic  string // full name
	codec  *schemas.Codec[schemas.WebhookJob]

	mu sync.Mutex
	id [16]byte
}

func (b *bodies) read(ctx context.Context, jobID string, at job.Position) ([]byte, error) {
	id, err := b.topicID(ctx)
	if err != nil {
		return nil, err
	}
	reader := topiclog.New(b.client, b.topic, id, map[int32]int64{at.Partition: at.Offset})
	reader.MaxBytes = 1 // a broker gives the first batch whatever its size, and more is not wanted
	records, err := reader.Fetch(ctx, 0)
	if err != nil {
		return nil, err
	}
	if reader.Position[at.Partition] <= at.Offset { // a new leader may not have heard yet how far its log is good
		return nil, fmt.Errorf("reading partition %d of %s at offset %d: the broker gave nothing", at.Partition, b.topic, at.Offset)
	}
	if len(records) == 0 || records[0].Offset != at.Offset {
		return nil, fmt.Errorf("reading partition %d of %s at offset %d: %w", at.Partition, b.topic, at.Offset, errNoBody)
	}
	j, err := b.codec.Decode(records[0].Value)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errNoBody, err)
	}
	if j.JobID != jobID { // one endpoint's body must never go to another
		return nil, fmt.Errorf("%w: webhook %s lies at offset %d of partition %d", errNoBody, j.JobID, at.Offset, at.Partition)
	}
	return j.Body, nil
}

// topicID asks for the topic's id once.
func (b *bodies) topicID(ctx context.Context) ([16]byte, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.id != [16]byte{} {
		return b.id, nil
	}
	details, err := kadm.NewClient(b.client).ListTopics(ctx, b.topic)
	if err == nil {
		err = details.Error()
	}
	if err != nil {
		return b.id, fmt.Errorf("asking for the id of %s: %w", b.topic, err)
	}
	b.id = details[b.topic].ID
	return b.id, nil
}

package delivery

import (
	_ "embed"
	"slices"
	"strings"
	"time"

	"waybill/pipeline/stream/job"
	"waybill/schemas"
)

// Versions of the state. The second knows the partition of a body: it stays
// where it is when the key moves to another one.
var (
	//go:embed state.v1.avsc
	stateV1 string
	//go:embed state.v2.avsc
	stateV2 string
)

// queue is the state of a key: its open webhooks in the order of arrival,
// which is that of their sequence.
type queue struct {
	Webhooks []webhook `avro:"webhooks"`
}

// webhook is one that has not ended. Times have milliseconds.
type webhook struct {
	JobID          string    `avro:"job_id"`
	Tenant         string    `avro:"tenant"`
	RegistrationID string    `avro:"registration_id"`
	Epoch          time.Time `avro:"epoch"`
	Type           string    `avro:"type"`
	Sequence       int64     `avro:"sequence"` // of a test: the revision of the endpoint that it is about
	Trigger        string    `avro:"trigger"`
	CreatedAt      time.Time `avro:"created_at"`
	// ArrivedAt is when it came onto the log; the deadline counts from it.
	ArrivedAt time.Time `avro:"arrived_at"`
	// Body is nil when it stays on webhook-jobs, at Offset of Partition;
	// that is -1 in state of the first version.
	Body      *[]byte `avro:"body"`
	Partition int32   `avro:"partition"`
	Offset    int64   `avro:"offset"`
	// Attempts counts those that have ended.
	Attempts int `avro:"attempts"`
	// OpenSince is when the attempt under way began, nil for none.
	OpenSince *time.Time `avro:"open_since"`
	// DueAt is when the next attempt is due.
	DueAt time.Time `avro:"due_at"`
	// Refusals counts answers that will not change (W2).
	Refusals int `avro:"refusals"`
	// Aside means that it no longer stands in line (W2).
	Aside bool `avro:"aside"`
}

// newWebhook takes a job over into the queue. The body stays out.
func newWebhook(v *schemas.WebhookJob, arrival time.Time, at job.Position) webhook {
	return webhook{
		JobID: v.JobID, Tenant: v.Tenant, RegistrationID: v.RegistrationID, Epoch: v.Epoch,
		Type: v.Type, Sequence: v.Sequence, Trigger: v.Trigger,
		CreatedAt: v.CreatedAt, ArrivedAt: ceilMillis(arrival), Partition: at.Partition, Offset: at.Offset, DueAt: ceilMillis(arrival),
	}
}

func (w *webhook) isTest() bool { return w.Trigger == schemas.TriggerTest }

// number is that of the attempt under way or to come.
func (w *webhook) number() int { return w.Attempts + 1 }

func (q *queue) find(jobID string) *webhook {
	for i := range q.Webhooks {
		if q.Webhooks[i].JobID == jobID {
			return &q.Webhooks[i]
		}
	}
	return nil
}

func (q *queue) remove(jobID string) {
	q.Webhooks = slices.DeleteFunc(q.Webhooks, func(w webhook) bool { return w.JobID == jobID })
}

func (q *queue) bodyBytes() int {
	total := 0
	for i := range q.Webhooks {
		if body := q.Webhooks[i].Body; body != nil {
			total += len(*body)
		}
	}
	return total
}

// keyParts takes a key apart: <endpoint id>/<carrier>:<number>. Carrier and
// number are empty for a test.
func keyParts(key string) (endpointID, carrier, number string) {
	endpointID, rest, _ := strings.Cut(key, "/")
	if carrier, number, ok := strings.Cut(rest, ":"); ok {
		return endpointID, carrier, number
	}
	return endpointID, "", ""
}

// ceilMillis rounds up to what the state can hold, so that nothing is due
// before its time.
func ceilMillis(t time.Time) time.Time {
	return time.UnixMilli(t.Add(time.Millisecond - 1).UnixMilli()).UTC()
}

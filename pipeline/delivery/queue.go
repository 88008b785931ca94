package delivery

import (
	"slices"
	"strings"
	"time"

	"waybill/pipeline/stream/job"
	"waybill/schemas"
)

// queue is the state of a key: its open webhooks in the order of arrival,
// which is that of their sequence.
type queue struct {
	Webhooks []webhook
}

// webhook is one that has not ended. Times have milliseconds.
type webhook struct {
	JobID string
	origin
	Type      string
	Sequence  int64 // of a test: the revision of the endpoint that it is about
	Trigger   string
	CreatedAt time.Time
	// ArrivedAt is when it came onto the log; the deadline counts from it.
	ArrivedAt time.Time
	// Body is nil when it stays on webhook-jobs, at Offset of Partition;
	// that is -1 in state of the first version.
	Body      *[]byte
	Partition int32
	Offset    int64
	// Attempts counts those that have ended.
	Attempts int
	// OpenSince is when the attempt under way began, zero for none.
	OpenSince time.Time
	// DueAt is when the next attempt is due. Where that has come and none is
	// under way, the webhook waits for its endpoint to take it.
	DueAt time.Time
	// TriedAt is when the last attempt ended; zero where none has, or where an
	// older state did not say.
	TriedAt time.Time
	// Refusals counts answers that will not change (W2).
	Refusals int
	// Aside means that it no longer stands in line (W2).
	Aside bool
}

// origin is what most webhooks of a queue have in common.
type origin struct {
	Tenant, RegistrationID string
	Epoch                  time.Time
}

// newWebhook takes a job over into the queue. The body stays out.
func newWebhook(v *schemas.WebhookJob, arrival time.Time, at job.Position) webhook {
	return webhook{
		JobID: v.JobID, origin: origin{v.Tenant, v.RegistrationID, v.Epoch},
		Type: v.Type, Sequence: v.Sequence, Trigger: v.Trigger,
		CreatedAt: v.CreatedAt, ArrivedAt: ceilMillis(arrival), Partition: at.Partition, Offset: at.Offset, DueAt: ceilMillis(arrival),
	}
}

func (w *webhook) isTest() bool   { return w.Trigger == schemas.TriggerTest }
func (w *webhook) isManual() bool { return w.Trigger == schemas.TriggerManual }

// isOpen tells whether an attempt is under way.
func (w *webhook) isOpen() bool { return !w.OpenSince.IsZero() }

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

// webhookBytes is more than a webhook takes in the state beside its id, its
// body and its origin. It also keeps a queue of maxQueueBytes below the number
// of items that the state's codec reads.
const webhookBytes = 56

// size says how many bytes the bodies of a queue take, and about how many all
// of it, rather more than less.
func (q *queue) size() (bodies, all int) {
	var last origin
	for i := range q.Webhooks {
		w := &q.Webhooks[i]
		all += webhookBytes + len(w.JobID)
		if w.origin != last {
			last = w.origin
			all += len(last.Tenant) + len(last.RegistrationID)
		}
		if w.Body != nil {
			bodies += len(*w.Body)
		}
	}
	return bodies, all + bodies
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

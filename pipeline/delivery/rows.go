package delivery

import (
	"waybill/pipeline/stream/job"
	"waybill/schemas"
)

// row begins the log row of a webhook's attempt, or of its end (W14).
func (t *turn) row(w *webhook, outcome string) *schemas.WebhookAttempt {
	endpointID, carrier, number := keyParts(t.call.Key)
	return &schemas.WebhookAttempt{
		Tenant: w.Tenant, EndpointID: endpointID, JobID: w.JobID, Attempt: w.number(),
		Carrier: carrier, TrackingNumber: number, Epoch: w.Epoch, RegistrationID: w.RegistrationID,
		Type: w.Type, Sequence: w.Sequence, Trigger: w.Trigger, Outcome: outcome,
		StartedAt: t.now, CreatedAt: w.CreatedAt,
	}
}

// attemptRow is the row of an attempt that was made.
func (t *turn) attemptRow(w *webhook, o Outcome, outcome string) *schemas.WebhookAttempt {
	row := t.row(w, outcome)
	row.Reason, row.StatusCode, row.Response = o.Reason, o.StatusCode, o.Answer
	row.StartedAt = o.StartedAt
	row.DNSUS, row.ConnectUS, row.TLSUS = o.DNS.Microseconds(), o.Connect.Microseconds(), o.TLS.Microseconds()
	row.FirstByteUS, row.TotalUS = o.FirstByte.Microseconds(), o.Total.Microseconds()
	return row
}

// end writes the row that ends a webhook without a call (W6, W9).
func (t *turn) end(w *webhook, outcome, reason string) {
	row := t.row(w, outcome)
	row.Reason = reason
	t.emitRow(row)
}

func (t *turn) endpointID() string {
	id, _, _ := keyParts(t.call.Key)
	return id
}

func (t *turn) emitRow(row *schemas.WebhookAttempt) {
	emit(t, t.job.cfg.Codecs.WebhookAttempt, schemas.TopicWebhookAttempts, t.call.Key, row)
}

// emit writes a record, or remembers the first failure for the turn's end.
func emit[T any](t *turn, codec *schemas.Codec[T], topic, key string, v *T) {
	value, err := codec.Encode(v)
	if err != nil {
		if t.err == nil {
			t.err = err
		}
		return
	}
	t.call.Emit(job.Output{Topic: topic, Key: key, Value: value})
}

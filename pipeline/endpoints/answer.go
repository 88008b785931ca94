package endpoints

import (
	"waybill/pipeline/stream/job"
	"waybill/pipeline/tracking/body"
	"waybill/schemas"
)

// Every command is answered on webhook-endpoints by a value that bears its id
// in last_command_id, and in last_error why it was refused, if it was. A
// command that leaves no endpoint behind (a refused create, a delete, anything
// for an endpoint that is not there) is answered too, and a null follows under
// the same key.

// answer writes an endpoint as it now stands, as the answer to a command.
func (u *turn) answer(e *endpoint, v *schemas.EndpointCommand) {
	e.row.LastCommandID, e.row.LastError = v.CommandID, ""
	u.publish(e)
}

// publish writes an endpoint as it now stands, without the secrets that have
// expired meanwhile (W10).
func (u *turn) publish(e *endpoint) {
	e.row.Revision++
	e.row.UpdatedAt = u.now
	e.row.Secrets = signing(e.row.Secrets, u.now)
	u.emitRow(e.row.EndpointID, e.row)
}

// answerDone answers a command that changes nothing: one that was refused, or
// one that was sent again, whose sender may have missed the first answer. The
// answer stands on the endpoint, if the tenant has it, and else under a key of
// its own.
func (u *turn) answerDone(d done) {
	e := u.tenant.find(d.EndpointID)
	if e == nil {
		u.answerGone(d)
		return
	}
	e.row.LastCommandID, e.row.LastError = d.CommandID, d.Error
	u.publish(e)
}

// answerGone answers a command about an endpoint that the tenant does not
// have. The key is not the endpoint's id, for an endpoint of another tenant
// may bear that, and the table must not lose it. The state is one that the
// table leaves out.
func (u *turn) answerGone(d done) {
	key := d.EndpointID + "/" + d.CommandID
	u.emitRow(key, &schemas.WebhookEndpoint{
		EndpointID: d.EndpointID, Tenant: u.call.Key, Dialect: body.DialectWaybill, DialectVersion: body.VersionWaybill,
		Order: schemas.OrderShipment, State: schemas.EndpointRejected, Reason: "the command left no endpoint",
		LastCommandID: d.CommandID, LastError: d.Error, CreatedAt: u.now, UpdatedAt: u.now,
	})
	u.tombstone(key)
}

func (u *turn) emitRow(key string, row *schemas.WebhookEndpoint) {
	emit(u, u.job.cfg.Codecs.WebhookEndpoint, schemas.TopicWebhookEndpoints, key, row)
}

func (u *turn) tombstone(key string) {
	u.call.Emit(job.Output{Topic: schemas.TopicWebhookEndpoints, Key: key})
}

// emit writes a record, or remembers the first failure for the turn's end.
func emit[T any](u *turn, codec *schemas.Codec[T], topic, key string, v *T) {
	value, err := codec.Encode(v)
	if err != nil {
		if u.err == nil {
			u.err = err
		}
		return
	}
	u.call.Emit(job.Output{Topic: topic, Key: key, Value: value})
}

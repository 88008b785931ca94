package endpoints

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"

	"waybill/schemas"
)

// origin is what an event came of: a command, or something that delivery saw.
type origin struct {
	id, commandID, requestedBy, reason string
}

// byCommand is the origin of what a command did. otherwise is the reason where
// the command gives none.
func byCommand(v *schemas.EndpointCommand, otherwise string) origin {
	return origin{id: v.CommandID, commandID: v.CommandID, requestedBy: v.RequestedBy, reason: orElse(v.Reason, otherwise)}
}

// bySignal is the origin of what delivery saw. The time is part of it, for the
// attempts of a webhook that is sent again by hand are numbered anew (W11).
func bySignal(s *schemas.EndpointSignal, reason string) origin {
	seen := strconv.FormatInt(s.ObservedAt.UnixMilli(), 10)
	return origin{id: s.JobID + "/" + strconv.Itoa(s.Attempt) + "/" + seen, reason: reason}
}

// event writes down what was done to an endpoint or became of it, and tells
// those who want to know. It has the same id when it is written again.
func (u *turn) event(e *endpoint, kind string, o origin) {
	v := &schemas.EndpointEvent{
		EventID: idOf("event", e.row.Tenant, e.row.EndpointID, kind, o.id), Tenant: e.row.Tenant, EndpointID: e.row.EndpointID,
		Kind: kind, State: e.row.State, Reason: o.reason, CommandID: o.commandID,
		RequestedBy: o.requestedBy, OccurredAt: u.now,
	}
	emit(u, u.job.cfg.Codecs.EndpointEvent, schemas.TopicEndpointEvents, v.Tenant, v)
	if kind := noticeType(kind); kind != "" {
		u.notify(e, v, kind)
	}
}

// idOf makes an id out of what it is the id of.
func idOf(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return hex.EncodeToString(sum[:16])
}

package api

import (
	"context"
	"net/http"
	"strings"

	"waybill/schemas"
)

// What acts are done to, in the audit.
const (
	objectEndpoint = "endpoint"
	objectShipment = "shipment"
	objectWebhooks = "webhooks"
	objectRoute    = "route"
)

// maxToldBytes bounds what an entry tells of what a client sent.
const maxToldBytes = 200

// begin writes that the call's act is begun, on a thing. On an error it must not
// be done.
func (a *API) begin(c *call, kind, id, detail string) error {
	e := c.entry(c.route.act)
	e.ObjectKind, e.ObjectID, e.Detail = kind, id, cutTo(detail, maxToldBytes)
	ctx, cancel := context.WithTimeout(context.WithoutCancel(c.Context()), a.cfg.CommandWait)
	defer cancel()
	begun, err := a.cfg.Audit.Begin(ctx, e)
	if err != nil {
		p := problem(http.StatusServiceUnavailable, "Kafka does not take the entry of the audit, so nothing was done; ask again in a moment")
		p.cause = err
		return comeAgain(c, p)
	}
	c.begun = begun
	return nil
}

// conclude writes how a call's act ended, or that it was refused before anything
// was done. An end that is lost leaves the entry as it was begun: what was done
// is answered all the same.
func (a *API) conclude(c *call, made *answer) {
	outcome, reason := schemas.AuditDone, ""
	if p, is := made.body.(*problemError); is {
		outcome, reason = schemas.AuditRefused, strings.TrimPrefix(p.Type, problemTypeBase)
		if p.Status >= http.StatusInternalServerError {
			outcome = schemas.AuditFailed
		}
	}
	if c.begun != nil {
		_ = c.begun.End(c.Context(), outcome, reason) // the log has it
		return
	}
	if act := c.refusedAct(made.status); act != "" {
		e := c.entry(act)
		e.ObjectKind, e.ObjectID = c.object()
		e.Reason = reason
		a.cfg.Audit.Refused(e)
	}
}

// refusedAct is what was refused, as far as the audit asks for it: any act, and
// any look by who may not. Registrations are data: what is wrong with them is
// told to their sender alone.
func (c *call) refusedAct(status int) string {
	notLet := status == http.StatusForbidden || status == http.StatusTooManyRequests
	switch {
	case c.route == nil || status < http.StatusBadRequest || status >= http.StatusInternalServerError:
		return ""
	case c.key == nil && (status == http.StatusUnauthorized || notLet):
		return schemas.ActAuthenticate
	case c.route.act == "" && notLet:
		return schemas.ActAccess
	case c.route.act == schemas.ActShipmentRegister && !notLet:
		return ""
	}
	return c.route.act
}

// entry says who calls.
func (c *call) entry(act string) *schemas.AuditEntry {
	e := &schemas.AuditEntry{Act: act, ActorKind: schemas.ActorStranger, Address: addressOf(c.RemoteAddr).String(), RequestID: c.id}
	if c.key != nil {
		e.ActorKind, e.Actor, e.Tenant = schemas.ActorKey, c.key.ID, c.key.Tenant
	}
	return e
}

// object is what a call would have been about, as its path has it.
func (c *call) object() (kind, id string) {
	switch number := c.PathValue("number"); {
	case c.route.act == "" || c.key == nil:
		return objectRoute, c.route.pattern()
	case number != "":
		return objectShipment, cutTo(c.PathValue("carrier")+":"+number, maxToldBytes)
	case strings.HasPrefix(c.route.act, "endpoint_"):
		return objectEndpoint, cutTo(c.PathValue("id"), maxToldBytes)
	}
	return objectRoute, c.route.pattern()
}

// cutTo gives the beginning of a text, valid and of so many bytes at the most.
func cutTo(text string, most int) string {
	return strings.ToValidUTF8(text[:min(len(text), most)], "")
}

package api

import (
	"context"

	"waybill/internal/auditlog"
	"waybill/internal/listing"
	"waybill/schemas"
)

// listAudit tells who did what with a tenant's keys and to what is its.
func (a *API) listAudit(c *call) (*answer, error) {
	q := queryOf(c.Request)
	f := auditlog.Filter{
		Act: q.oneOf("act", schemas.AuditActs()...), Outcome: q.oneOf("outcome", schemas.AuditOutcomes()...), Actor: q.text("actor"), Object: q.text("object_id"),
		Since: q.time("since"), Until: q.time("until"), After: q.text("after"), Limit: q.number("limit", listing.DefaultLimit, 1, listing.MaxLimit),
	}
	if err := q.done(); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(c.Context(), queryTimeout)
	defer cancel()
	page, err := a.cfg.Trail.Entries(ctx, c.tenant(), f)
	if err != nil {
		return nil, ofLog(err)
	}
	return ok(map[string]any{"entries": page.Entries, "next": orNull(page.Next), "has_more": page.Next != ""})
}

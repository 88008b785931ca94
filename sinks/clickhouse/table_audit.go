package clickhouse

import (
	"time"

	"waybill/schemas"
)

// auditTable holds one row for each entry of the audit. An act that ended takes
// the place of the one that was begun.
func auditTable() *table[schemas.AuditEntry] {
	return &table[schemas.AuditEntry]{name: "audit", columns: append([]column[schemas.AuditEntry]{
		plain("tenant", func(e *schemas.AuditEntry) string { return e.Tenant }),
		instant("occurred_at", func(e *schemas.AuditEntry) time.Time { return e.OccurredAt }),
		plain("entry_id", func(e *schemas.AuditEntry) string { return e.EntryID }),
		plain("act", func(e *schemas.AuditEntry) string { return e.Act }),
		plain("outcome", func(e *schemas.AuditEntry) string { return e.Outcome }),
		plain("reason", func(e *schemas.AuditEntry) string { return e.Reason }),
		plain("actor_kind", func(e *schemas.AuditEntry) string { return e.ActorKind }),
		plain("actor", func(e *schemas.AuditEntry) string { return e.Actor }),
		plain("on_behalf_of", func(e *schemas.AuditEntry) string { return e.OnBehalfOf }),
		plain("address", func(e *schemas.AuditEntry) string { return e.Address }),
		plain("object_kind", func(e *schemas.AuditEntry) string { return e.ObjectKind }),
		plain("object_id", func(e *schemas.AuditEntry) string { return e.ObjectID }),
		plain("detail", func(e *schemas.AuditEntry) string { return e.Detail }),
		plain("request_id", func(e *schemas.AuditEntry) string { return e.RequestID }),
		plain("count", func(e *schemas.AuditEntry) int64 { return e.Count }),
		plain("revision", func(e *schemas.AuditEntry) int64 { return e.Revision }),
	}, versioned(func(e *schemas.AuditEntry) int64 { return e.Revision }, never)...)}
}

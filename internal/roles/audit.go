package roles

import (
	"log/slog"
	"strings"

	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/internal/apikeys"
	"waybill/internal/audit"
	"waybill/schemas"
)

// newAudit makes the log of what the API does for whom.
func newAudit(o *Options, producer *kgo.Client, log *slog.Logger) (*audit.Log, error) {
	entries := &audit.Log{Kafka: producer, Prefix: o.Settings.Kafka.Prefix, Codec: o.Codecs.AuditEntry, Logger: log}
	return entries, entries.Register(o.Registerer)
}

// tellOfKey writes what became of a key of the API in its file, as this process
// has seen it. Who did it, the file does not say.
func tellOfKey(entries *audit.Log, change apikeys.Change) {
	e := audit.Here()
	e.Act = map[string]string{apikeys.Added: schemas.ActKeyAdd, apikeys.Changed: schemas.ActKeyChange, apikeys.Removed: schemas.ActKeyRemove}[change.What]
	e.Tenant, e.ObjectKind, e.ObjectID = change.Key.Tenant, "key", change.Key.ID
	e.Detail = "scopes " + strings.Join(change.Key.Scopes, ",")
	entries.Seen(&e)
}

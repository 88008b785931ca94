package auditlog_test

import (
	"fmt"
	"testing"
	"time"

	ch "github.com/ClickHouse/clickhouse-go/v2"
	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/analytics/analyticstest"
	"waybill/internal/auditlog"
	"waybill/internal/embedded/embeddedtest"
	"waybill/internal/listing"
	"waybill/schemas"
	"waybill/sinks/clickhouse"
)

func TestMain(m *testing.M) { embeddedtest.Main(m) }

// Entries that came twice, and in any order, are there once, as their last revision
// has them; pages have each of a tenant's once, also of one moment, and none of
// another's.
func TestEntries(t *testing.T) {
	options := analyticstest.Database(t)
	codecs, err := schemas.NewCodecs()
	require.NoError(t, err)
	conn, err := ch.Open(options)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, conn.Close()) })
	sink, err := clickhouse.New(clickhouse.Config{ClickHouse: *options, Codecs: codecs})
	require.NoError(t, err)
	at := time.Now().UTC().Truncate(time.Second)
	offset := int64(0)
	load := func(tenant string, n int, outcome string, revision int64) {
		value, err := codecs.AuditEntry.Encode(&schemas.AuditEntry{
			EntryID: fmt.Sprint("aud_", n), Tenant: tenant, Act: schemas.ActEndpointDelete, Outcome: outcome, ActorKind: schemas.ActorKey, Actor: "k" + tenant,
			Count: 1, Revision: revision, OccurredAt: at.Add(time.Duration(n/4) * time.Second),
		})
		require.NoError(t, err)
		require.NoError(t, sink.Load(t.Context(), []*kgo.Record{{Topic: schemas.TopicAudit, Offset: offset, Value: value, Timestamp: at}}))
		offset++
	}
	for n := range 10 {
		tenant := []string{"one", "two", ""}[n%3]
		load(tenant, n, schemas.AuditDone, 2)
		load(tenant, n, schemas.AuditBegun, 1) // which came late
	}
	load("one", 0, schemas.AuditDone, 2)

	log := auditlog.New(conn)
	collect := func(page func(auditlog.Filter) (*auditlog.Page, error), f auditlog.Filter) (ids []string) {
		t.Helper()
		for f.Limit = 2; ; {
			got, err := page(f)
			require.NoError(t, err)
			for _, e := range got.Entries {
				require.Equal(t, schemas.AuditDone, e.Outcome)
				ids = append(ids, e.EntryID)
			}
			if f.After = got.Next; f.After == "" {
				return ids
			}
		}
	}
	of := func(tenant string) func(auditlog.Filter) (*auditlog.Page, error) {
		return func(f auditlog.Filter) (*auditlog.Page, error) { return log.Entries(t.Context(), tenant, f) }
	}
	all := func(f auditlog.Filter) (*auditlog.Page, error) { return log.All(t.Context(), f) }
	require.Equal(t, []string{"aud_9", "aud_6", "aud_3", "aud_0"}, collect(of("one"), auditlog.Filter{}))
	require.Empty(t, collect(of("one"), auditlog.Filter{Actor: "ktwo"}))
	require.Empty(t, collect(of("nobody"), auditlog.Filter{}))
	require.Len(t, collect(all, auditlog.Filter{}), 10)
	require.Equal(t, []string{"aud_8", "aud_5", "aud_2"}, collect(all, auditlog.Filter{Actor: "k"}))
	require.Equal(t, []string{"aud_7", "aud_6", "aud_5", "aud_4"}, collect(all, auditlog.Filter{Since: at.Add(time.Second), Until: at.Add(2 * time.Second)}))

	_, err = log.Entries(t.Context(), "", auditlog.Filter{})
	require.ErrorContains(t, err, "each question is of one tenant")
	for _, wrong := range []auditlog.Filter{{Limit: -1}, {Limit: 1001}, {Act: "x"}, {Outcome: "x"}, {After: "x"}, {After: "e30"}} {
		_, err := log.All(t.Context(), wrong)
		require.ErrorAs(t, err, new(*listing.InputError), "%v", wrong)
	}
}

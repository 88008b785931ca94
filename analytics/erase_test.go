package analytics_test

import (
	"strings"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
	"github.com/stretchr/testify/require"

	"waybill/analytics"
	"waybill/analytics/analyticstest"
	"waybill/schemas"
)

// ann is a person, and bob is another that nobody asked to forget.
const (
	ann = "Ann Lee"
	bob = "Bob Ray"
)

// personal is a parcel that two tenants follow, with a person in every text that can
// hold one.
func personal(number, name string) records {
	at := day(2026, 5, 4)
	of := func(tenant string) schemas.RegistrationState {
		return schemas.RegistrationState{
			RegistrationID: tenant + number, Tenant: tenant, State: "active", RegisteredAt: at, ExpiresAt: at.AddDate(0, 0, 30), Backfill: schemas.BackfillAll,
			Metadata: name, Reference: name, Transaction: name, Tags: []string{name}, Reason: name,
			OriginStreet: name, OriginCity: name, OriginPostalCode: name, OriginCountry: "DE",
			DestinationStreet: name, DestinationCity: name, DestinationPostalCode: name, DestinationCountry: "GB",
		}
	}
	s := &schemas.Shipment{
		Carrier: "ups", TrackingNumber: number, Epoch: at, Revision: 4, Status: "DELIVERED", Code: "delivered.delivered", Leg: schemas.LegForward,
		DeliveredPrecision: schemas.PrecisionSecond, CreatedAt: at, UpdatedAt: at,
		Registrations: []schemas.RegistrationState{of("acme"), of("globex")},
		ETAChanges:    []schemas.ETAChange{{CausingEventID: "e1", ChangedAt: at, Source: "ups", Reason: name}},
	}
	older := *s
	older.Revision = 3
	r := records{shipments: []*schemas.Shipment{&older, s}}
	for _, kind := range []struct{ id, kind, tenant string }{
		{"e1", schemas.TypeEvent, ""}, {"e2", schemas.TypeETAChanged, ""}, {"e3", schemas.TypeActionReplace, "acme"}, {"e4", schemas.TypeActionStop, "globex"},
	} {
		e := said(number, kind.id, kind.kind, kind.tenant, at)
		e.Description, e.RawStatus, e.SignedBy = name, name, name
		e.Location = &schemas.Location{Name: name, City: name, State: name, PostalCode: name, Country: "GB"}
		e.Evidence = map[string]string{"reason": name, "metadata": name, "from": "2026-05-05"}
		r.events = append(r.events, e)
	}
	for _, tenant := range []string{"acme", "globex"} {
		r.webhooks = append(r.webhooks, &schemas.WebhookJob{
			JobID: tenant + number, EndpointID: "ep", Tenant: tenant, Carrier: "ups", TrackingNumber: number, Epoch: at, Sequence: 1, Type: schemas.TypeEvent,
			Types: []string{schemas.TypeEvent}, Body: []byte(`{"signed_by":"` + name + `"}`), Trigger: schemas.TriggerEvent, CreatedAt: at,
		})
		r.attempts = append(r.attempts, &schemas.WebhookAttempt{
			JobID: tenant + number, EndpointID: "ep", Tenant: tenant, Carrier: "ups", TrackingNumber: number, Epoch: at, Attempt: 1, Type: schemas.TypeEvent,
			Trigger: schemas.TriggerEvent, Outcome: schemas.OutcomeDelivered, Response: "thanks for " + name, StartedAt: at, CreatedAt: at,
		})
	}
	return r
}

func said(number, id, kind, tenant string, at time.Time) *schemas.TrackingEvent {
	return &schemas.TrackingEvent{
		Carrier: "ups", TrackingNumber: number, Epoch: day(2026, 5, 4), EventID: id, Revision: 5, Type: kind, Tenant: tenant, Leg: schemas.LegForward,
		OccurredAt: at, OccurredPrecision: schemas.PrecisionSecond, OccurredConfidence: schemas.ConfidenceGiven, SourceKind: schemas.SourceDerived,
		ReceivedAt: at, ArrivedAt: at, ObjectCreated: at, ObjectUpdated: at, Status: "DELIVERED", Code: "delivered.delivered",
	}
}

// A tenant's word takes what is its own, the word for all the rest; a person of
// another parcel stays. A table that is filled anew from the topics holds nothing
// for long either.
func TestErase(t *testing.T) {
	options := analyticstest.Database(t)
	first := personal("A1", ann)
	conn := merging(t, options, first, personal("B1", bob))
	erase := func(say ...*schemas.TrackingEvent) []string {
		fill(t, options, records{events: say})
		done, err := analytics.Erase(t.Context(), options, analytics.Cluster{}, time.Time{})
		require.NoError(t, err)
		tables := []string{}
		for _, d := range done {
			require.NotZero(t, d.Rows)
			tables = append(tables, d.Table)
		}
		return tables
	}
	asked := day(2026, 5, 6)
	refused := said("B1", "x1", schemas.TypeActionErase, "acme", asked)
	refused.Evidence = map[string]string{"refused": "The tenant does not follow this parcel."}
	require.Empty(t, erase(refused))

	require.Equal(t, []string{"tracking_events", "registrations", "webhooks", "webhook_attempts"}, erase(said("A1", "x2", schemas.TypeActionErase, "acme", asked)))
	require.Equal(t, []string{"eta_changes", "registrations", "tracking_events", "webhook_attempts", "webhooks"}, holding(t, conn, ann, ""), "what is others', and the carrier's")
	require.Empty(t, holding(t, conn, ann, "acme"), "in any version of its rows")

	later := personal("A1", ann+" later") // was said after it, with everybody's will
	for _, e := range later.events {
		e.EventID, e.ObjectUpdated = "later "+e.EventID, asked.Add(time.Hour)
	}
	fill(t, options, records{events: later.events[:1]})
	erase(said("A1", "x3", schemas.TypeErased, "", asked))
	require.Equal(t, []string{"tracking_events"}, holding(t, conn, ann, ""), "what came later")
	require.Empty(t, erase(), "all is done")

	fill(t, options, first) // read again from the topics
	require.NotEmpty(t, holding(t, conn, ann, ""))
	erase()
	require.Equal(t, []string{"tracking_events"}, holding(t, conn, ann, ""))
	require.Len(t, holding(t, conn, bob, ""), 5, "nobody asked to forget Bob")

	var facts string
	require.NoError(t, conn.QueryRow(t.Context(), `SELECT concat(location_country, ' ', code, ' ', toString(occurred_at), ' ', evidence['from']) FROM tracking_events FINAL
		WHERE tracking_number = 'A1' AND event_id = 'e1'`).Scan(&facts))
	require.Equal(t, "GB delivered.delivered 2026-05-04 00:00:00.000 2026-05-05", facts)
	var body string
	require.NoError(t, conn.QueryRow(t.Context(), "SELECT body FROM webhooks FINAL WHERE job_id = 'acmeA1'").Scan(&body))
	require.JSONEq(t, `{"id": "acmeA1", "type": "tracking.event", "erased": true}`, body)
}

// An operator's word is about every life of the number that began before it.
func TestEraseEveryLife(t *testing.T) {
	options := analyticstest.Database(t)
	conn := merging(t, options, personal("A1", ann))
	all := said("A1", "x1", schemas.TypeErased, "", day(2026, 6, 1))
	all.Epoch, all.Evidence = time.UnixMilli(0), map[string]string{schemas.EvidenceLives: schemas.LivesAll}
	fill(t, options, records{events: []*schemas.TrackingEvent{all}})
	_, err := analytics.Erase(t.Context(), options, analytics.Cluster{}, day(2026, 6, 2))
	require.NoError(t, err)
	require.NotEmpty(t, holding(t, conn, ann, ""), "it was asked for what is newer")
	_, err = analytics.Erase(t.Context(), options, analytics.Cluster{}, day(2026, 5, 31))
	require.NoError(t, err)
	require.Empty(t, holding(t, conn, ann, ""))
}

// What acme had erased no view of tenants shows it, while globex, for whom the same
// rows stay, still reads them.
func TestTenantViewsHideWhatWasErased(t *testing.T) {
	options := analyticstest.Database(t)
	all := personal("A1", ann)
	for _, e := range all.events {
		if e.Tenant == "" {
			e.Evidence = map[string]string{"reason": ann} // what a tenant gave is in events of its own alone
		}
	}
	conn := merging(t, options, all)
	var views []string
	require.NoError(t, conn.QueryRow(t.Context(), "SELECT arraySort(groupArray(name)) FROM system.tables WHERE database = currentDatabase() AND name LIKE 'tenant\\_%'").Scan(&views))
	telling := func(tenant string) []string {
		found := []string{}
		for _, view := range views {
			var rows uint64
			require.NoError(t, conn.QueryRow(t.Context(), "SELECT count() FROM "+view+" WHERE tenant = $1 AND position(formatRow('TSV', *), $2) > 0", tenant, ann).Scan(&rows))
			if rows > 0 {
				found = append(found, view)
			}
		}
		return found
	}
	told := []string{"tenant_eta_changes", "tenant_events", "tenant_registrations", "tenant_webhook_attempts", "tenant_webhooks"}
	require.Equal(t, told, telling("acme"))

	fill(t, options, records{events: []*schemas.TrackingEvent{said("A1", "x1", schemas.TypeActionErase, "acme", day(2026, 5, 6))}})
	_, err := analytics.Erase(t.Context(), options, analytics.Cluster{}, time.Time{})
	require.NoError(t, err)
	require.Empty(t, telling("acme"))
	require.Equal(t, told, telling("globex"))
}

// merging fills a new database whose rows are merged and changed as ever.
func merging(t *testing.T, options *clickhouse.Options, all ...records) driver.Conn {
	t.Helper()
	fill(t, options, all...)
	return open(t, options)
}

// holding gives the tables that hold a text in any column of any row that is there,
// be it an old version; of one tenant where one is named.
func holding(t *testing.T, conn driver.Conn, text, tenant string) []string {
	t.Helper()
	var tables []string
	require.NoError(t, conn.QueryRow(t.Context(), `SELECT arraySort(groupArray(name)) FROM system.tables WHERE database = currentDatabase() AND engine LIKE '%MergeTree'
		AND ($1 = '' OR name IN (SELECT table FROM system.columns WHERE database = currentDatabase() AND name = 'tenant'))`, tenant).Scan(&tables))
	found := []string{}
	for _, table := range tables {
		of := ""
		if tenant != "" {
			of = " AND tenant = " + analytics.QuoteText(tenant)
		}
		var rows uint64
		require.NoError(t, conn.QueryRow(t.Context(), "SELECT count() FROM "+table+" WHERE position(formatRow('TSV', *), $1) > 0"+of+
			" SETTINGS final = 0, asterisk_include_materialized_columns = 1", text).Scan(&rows))
		if rows > 0 {
			found = append(found, table)
		}
	}
	return found
}

// Every text of every table is erased or stays, and which is said here: a new one
// has to be judged.
func TestEveryTextIsJudged(t *testing.T) {
	conn := migrated(t)
	var texts []string
	require.NoError(t, conn.QueryRow(t.Context(), `SELECT groupArray(table || '.' || name) FROM system.columns
		WHERE database = currentDatabase() AND table IN (SELECT name FROM system.tables WHERE database = currentDatabase() AND engine LIKE '%MergeTree')
			AND type LIKE '%String%' AND default_kind IN ('', 'DEFAULT') AND name NOT LIKE '%\_id'`).Scan(&texts))
	stay := map[string]string{
		"*": "carrier tracking_number tenant type types status code leg party source source_kind also_from state backfill service problems kind reason_of " +
			"actor requested_by", // who did something by hand is kept for the audit
		"tracking_events":    "occurred_local occurred_text occurred_zone occurred_precision occurred_confidence raw_code location_country map_version model_version decision previous_status",
		"decisions":          "source_topic decision rule reason warnings raw_code",
		"shipments":          "clock_start_local clock_stop_local clock_stop_code delivered_local delivered_precision origin_country destination_country origin_state destination_state",
		"registrations":      "promised_zone measure previous_status clock_start_local clock_stop_local clock_stop_code delivered_local delivered_precision origin_country destination_country origin_state destination_state carrier_account service_name service_token service_terms service_extended_token service_parent_token shown_status shown_code",
		"exception_episodes": "closing_code",
		"webhooks":           "cause trigger",
		"webhook_attempts":   "trigger outcome reason",
		"endpoint_events":    "reason",                                                                // of what was done to an endpoint
		"audit":              "act outcome actor_kind on_behalf_of address object_kind detail reason", // it tells who did it, and of the parcel its number alone
		"baselines":          "baseline_version level lane origin_country origin_state destination_country destination_state",
		"holidays":           "country name source",
		"schema_migrations":  "name checksum",
	}
	erased := analytics.ErasedColumns()
	for _, text := range texts {
		table, column, _ := strings.Cut(text, ".")
		if strings.HasPrefix(table, "rollup_") || strings.HasPrefix(table, ".inner") {
			continue // of figures
		}
		stays := strings.Contains(" "+stay["*"]+" "+stay[table]+" ", " "+column+" ")
		require.NotEqual(t, stays, erased[text], "%s: is it erased (P1), or does it stay?", text)
		delete(erased, text)
	}
	require.Empty(t, erased, "these are no texts of any table")
}

package main

import (
	"context"
	"fmt"
	"strings"

	"waybill/analytics"
	"waybill/internal/config"
	"waybill/internal/roles"
	"waybill/schemas"
)

// tablesMade tells the audit what became of the tables.
func tablesMade(g *globals, applied []string, kept []analytics.Kept) schemas.AuditEntry {
	e := entryOf(schemas.ActTablesMigrate, "", "", "tables", g.settings.ClickHouse.Database)
	told := []string{fmt.Sprintf("%d migrations", len(applied))}
	if len(applied) > 0 {
		told[0] += ", the last " + applied[len(applied)-1]
	}
	for _, k := range kept {
		told = append(told, k.String())
	}
	e.Detail = strings.Join(told, "; ")
	return e
}

// bringUpTables applies the migrations that are missing, and has the tables keep
// their rows as long as the settings say. progress hears of the migrations.
func bringUpTables(ctx context.Context, s *config.Settings, progress func(done, total int)) (applied []string, kept []analytics.Kept, err error) {
	options := roles.ClickHouseOptions(s)
	if applied, err = analytics.MigrateCluster(ctx, &options, roles.Cluster(s), progress); err != nil {
		return applied, nil, err
	}
	kept, err = analytics.Retain(ctx, &options, roles.Cluster(s), analytics.Retention{
		Shipments: s.ClickHouse.KeepShipments, Events: s.ClickHouse.KeepEvents, Decisions: s.ClickHouse.KeepDecisions,
		Webhooks: s.ClickHouse.KeepWebhooks, Attempts: s.ClickHouse.KeepAttempts, Audit: s.ClickHouse.KeepAudit,
	})
	return applied, kept, err
}

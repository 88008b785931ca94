package analytics_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"waybill/analytics"
)

// Before there was the state moved, a registration that went over to a newer life
// was stopped in the old one, and stood there for the parcel still.
func TestUpgradeOfRegistrationsThatMoved(t *testing.T) {
	options := emptyDatabase(t)
	require.NoError(t, analytics.MigrateTo(t.Context(), options, "0012_what_tenants_are_shown"))
	conn := open(t, options)
	require.NoError(t, conn.Exec(t.Context(), `
		INSERT INTO registrations (tenant, carrier, tracking_number, epoch, registration_id, state, registered_at, version, first_of_parcel, first_of_tenant) VALUES
			('x', 'alpha', 'A1', '2026-05-01', 'went', 'active', '2026-05-01', 1, 1, 1),
			('x', 'alpha', 'A1', '2026-05-01', 'went', 'stopped', '2026-05-01', 2, 1, 1),
			('x', 'alpha', 'A1', '2026-05-01', 'stayed', 'expired', '2026-05-02', 2, 0, 0),
			('y', 'alpha', 'A1', '2026-05-01', 'other', 'active', '2026-05-03', 2, 0, 1),
			('x', 'alpha', 'A1', '2026-06-01', 'went', 'active', '2026-05-01', 1, 1, 1),
			('x', 'alpha', 'A2', '2026-05-01', 'ended', 'stopped', '2026-05-01', 1, 1, 1)`))
	_, err := analytics.Migrate(t.Context(), options)
	require.NoError(t, err)

	var rows []struct {
		Number string `ch:"tracking_number"`
		ID     string `ch:"registration_id"`
		State  string `ch:"state"`
		Parcel bool   `ch:"first_of_parcel"`
		Tenant bool   `ch:"first_of_tenant"`
	}
	require.NoError(t, conn.Select(t.Context(), &rows, `
		SELECT tracking_number, registration_id, state, first_of_parcel, first_of_tenant
		FROM registrations ORDER BY tracking_number, epoch, registration_id SETTINGS final = 1`))
	var got []string
	for _, r := range rows {
		line := r.Number + " " + r.ID + " " + r.State
		if r.Parcel {
			line += " stands for the parcel"
		}
		if r.Tenant {
			line += " and its tenant"
		}
		got = append(got, line)
	}
	require.Equal(t, []string{
		"A1 other active and its tenant",
		"A1 stayed expired stands for the parcel and its tenant",
		"A1 went moved",
		"A1 went active stands for the parcel and its tenant",
		"A2 ended stopped stands for the parcel and its tenant",
	}, got)
}

// Rows of before there was over_ms have it by their local form (T2).
func TestUpgradeOfEventsWithoutTheirEnd(t *testing.T) {
	options := emptyDatabase(t)
	require.NoError(t, analytics.MigrateTo(t.Context(), options, "0013_registrations_that_moved"))
	conn := open(t, options)
	require.NoError(t, conn.Exec(t.Context(), `
		INSERT INTO tracking_events (event_id, occurred_at, occurred_local, occurred_precision) VALUES
			('1 second', '2026-05-09 10:20:30.400', '', 'second'), ('2 minute', '2026-05-09 10:20:30.400', '', 'minute'),
			('3 day at UTC+2', '2026-05-08 22:00:00', '2026-05-09T00:00:00', 'day'), ('4 day in UTC', '2026-05-09 00:00:00', '', 'day')`))
	_, err := analytics.Migrate(t.Context(), options)
	require.NoError(t, err)
	var over []struct {
		At time.Time `ch:"over_at"`
	}
	require.NoError(t, conn.Select(t.Context(), &over, "SELECT over_at FROM tracking_events FINAL ORDER BY event_id"))
	var got []string
	for _, o := range over {
		got = append(got, o.At.UTC().Format(time.DateTime))
	}
	require.Equal(t, []string{"2026-05-09 10:20:31", "2026-05-09 10:21:00", "2026-05-09 22:00:00", "2026-05-10 00:00:00"}, got)
}

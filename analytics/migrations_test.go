package analytics_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"waybill/analytics"
)

// Of a file that ends within a statement nothing is applied.
func TestMigrateRefusesAHalfWrittenFile(t *testing.T) {
	options := emptyDatabase(t)
	err := analytics.MigrateWith(t.Context(), options, "0001_half", "CREATE TABLE a (x UInt8) ENGINE = Memory;\n\n-- the rest\nCREATE TABLE b\n(\n")
	require.ErrorContains(t, err, `migration 0001_half: the file ends within a statement ("CREATE TABLE b`)
	require.ErrorContains(t, analytics.MigrateWith(t.Context(), options, "0001_empty", "-- later\n"), "0001_empty")
}

// An error says which statement it was. Nothing is recorded, so that the file can
// be put right.
func TestMigrateSaysWhichStatementFails(t *testing.T) {
	options := emptyDatabase(t)
	err := analytics.MigrateWith(t.Context(), options, "0001_wrong", "CREATE TABLE IF NOT EXISTS a (x UInt8) ENGINE = Memory;\nCREATE TABLE b (\n x UInt9) ENGINE = Memory;\n")
	require.ErrorContains(t, err, "applying migration 0001_wrong, statement 2 of 2 (CREATE TABLE b ( ...): ")
	require.ErrorContains(t, err, "run it again")
	require.NoError(t, analytics.MigrateWith(t.Context(), options, "0001_wrong", "CREATE TABLE IF NOT EXISTS a (x UInt8) ENGINE = Memory;\nCREATE TABLE b (\n x UInt8) ENGINE = Memory;\n"))
}

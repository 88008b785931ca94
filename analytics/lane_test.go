package analytics_test

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestLaneSaysWhichSideIsUnknown(t *testing.T) {
	conn := migrated(t)
	require.NoError(t, conn.Exec(t.Context(), `
		INSERT INTO registrations (registration_id, origin_country, destination_country)
		VALUES ('both', 'CN', 'DE'), ('origin', 'CN', ''), ('destination', '', 'DE'), ('neither', '', '')`))
	for id, want := range map[string]string{"both": "CN-DE", "origin": "CN-?", "destination": "?-DE", "neither": ""} {
		var lane string
		require.NoError(t, conn.QueryRow(t.Context(), "SELECT lane FROM registrations FINAL WHERE registration_id = ?", id).Scan(&lane))
		require.Equal(t, want, lane, id)
	}
}

package analytics_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"waybill/analytics"
)

func TestEveryReportRunsOnEmptyTables(t *testing.T) {
	conn := migrated(t)
	reports, err := analytics.Reports()
	require.NoError(t, err)
	for _, report := range reports {
		result, err := analytics.Run(t.Context(), conn, report, analytics.Params{TrackingNumber: numberFor(report)})
		require.NoError(t, err, report.Name)
		require.Empty(t, result.Rows, report.Name)
		require.NotEmpty(t, result.Columns)
		require.True(t, result.AsOf.IsZero())
	}
}

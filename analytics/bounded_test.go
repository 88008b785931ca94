package analytics_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"waybill/analytics"
)

func TestBoundedReports(t *testing.T) {
	conn := load(t, world()...)
	report, err := analytics.FindReport("on-time")
	require.NoError(t, err)
	bounded := analytics.NewBounded(conn)
	result, err := bounded.Run(t.Context(), report, analytics.Params{})
	require.NoError(t, err)
	require.Len(t, result.Rows, 2)

	bounded.AllowRows(1)
	_, err = bounded.Run(t.Context(), report, analytics.Params{})
	require.ErrorIs(t, err, analytics.ErrTooLarge)
	_, err = bounded.Run(t.Context(), report, analytics.Params{By: []string{}})
	require.NoError(t, err, "fewer groups")

	ended, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = bounded.Run(ended, report, analytics.Params{})
	require.ErrorIs(t, err, context.Canceled)
}

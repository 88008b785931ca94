package delivery

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// allocsPerWebhook is what a webhook may allocate in the rules of delivery, from
// its record to its row in the log: read, tried, delivered.
const allocsPerWebhook = 21

func TestWebhookAllocations(t *testing.T) {
	deliver := fastPath(t)
	require.LessOrEqual(t, testing.AllocsPerRun(100, func() { require.NoError(t, deliver()) }), float64(allocsPerWebhook))
}

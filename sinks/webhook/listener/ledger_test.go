package listener

import (
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestLedgerForgets: the ids that are kept are bounded, and the oldest go.
func TestLedgerForgets(t *testing.T) {
	var l ledger
	for i := range maxRemembered + 2 {
		require.False(t, l.remember(strconv.Itoa(i)))
	}
	require.Len(t, l.seen, maxRemembered)
	require.True(t, l.remember("2"))
	require.False(t, l.remember("1"), "it was forgotten")
	require.False(t, l.remember("2"), "it had to go for the one before")
}

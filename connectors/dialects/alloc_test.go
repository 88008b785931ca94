package dialects_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"waybill/connectors/dialects"
)

// What an event of a long payload may allocate on its way out of it, by dialect:
// what it takes today and one more.
func TestAllocationsPerEvent(t *testing.T) {
	o, payloads := options(t), big(t)
	for dialect, most := range map[string]float64{
		"17track": 12, "aftership": 5.3, "easypost": 5.9, "intersoft": 4.1, "shipengine": 4.6, "shippo": 4.9, "trackingmore": 5.5,
	} {
		payload := grown(t, payloads[dialect], 20)
		events := 0
		allocated := testing.AllocsPerRun(5, func() {
			read, err := dialects.Parse(dialect, payload, o)
			require.NoError(t, err)
			events = len(read.Events)
		})
		require.GreaterOrEqual(t, events, 40, "%s: a long payload", dialect)
		require.LessOrEqual(t, allocated/float64(events), most, dialect)
	}
}

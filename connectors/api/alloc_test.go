package api

import (
	"testing"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/stretchr/testify/require"

	"waybill/connectors/carriers"
	"waybill/internal/apikeys"
	"waybill/schemas"
)

// allocsPerItem is what an item of a batch may allocate from its JSON to a
// registration that is judged: 8, and 3 more where races are looked for.
const allocsPerItem = 11

func TestItemAllocations(t *testing.T) {
	table, err := carriers.Default()
	require.NoError(t, err)
	a := &API{cfg: Config{Carriers: table, Check: func(*schemas.Registration) error { return nil }}}
	c := &call{key: &apikeys.Key{Tenant: "shop"}}
	item := jsontext.Value(`{"carrier": "sim-post", "tracking_number": "P1", "reference": "order 1", "destination": {"country": "DE"}}`)
	at := time.UnixMilli(1_700_000_000_000)
	allocated := testing.AllocsPerRun(100, func() {
		_, result := a.take(c, item, at)
		require.True(t, result.Accepted, "%v", result.Problem)
	})
	require.LessOrEqual(t, allocated, float64(allocsPerItem))
}

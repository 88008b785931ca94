package roles

import (
	"log/slog"
	"testing"

	"github.com/stretchr/testify/require"

	"waybill/internal/config"
)

// Memory is that of the jobs that run, and what the others would have is theirs.
func TestMemoryOfStates(t *testing.T) {
	const mib = 1 << 20
	s := config.Settings{Pipeline: config.Pipeline{StateCache: 400}}
	for _, test := range []struct {
		names  []string
		cache  int64
		values map[string]int
	}{
		{[]string{Tracking, Endpoints, Delivery, ClickHouse}, 200 + 3*(64+32+4), map[string]int{Tracking: 150, Delivery: 40, Endpoints: 10}},
		{[]string{Delivery, ClickHouse}, 200 + 3*32, map[string]int{Delivery: 200}},
		{[]string{ClickHouse}, 200, nil},
	} {
		states := newStates(&s, "one", slog.New(slog.DiscardHandler), test.names)
		require.Equal(t, test.cache*mib, states.cache.MaxSize(), test.names)
		for name, want := range test.values {
			require.InDelta(t, want*mib, states.cacheBytes(name), 100, name)
		}
		require.NoError(t, states.close())
	}
}

package roles

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"waybill/internal/config"
)

// A job that starts behind is waited for, but not for ever, and what piles up
// later takes no instance out.
func TestCatchUp(t *testing.T) {
	at := time.UnixMilli(0)
	settings := config.HTTP{ReadyLag: 30 * time.Second, ReadyPatience: 5 * time.Minute}
	for name, tt := range map[string]struct {
		behind []time.Duration // at the start, a minute later ...
		ready  []bool
	}{
		"not behind":            {[]time.Duration{0}, []bool{true}},
		"catches up":            {[]time.Duration{time.Hour, time.Minute, 30 * time.Second}, []bool{false, false, true}},
		"falls behind later":    {[]time.Duration{0, time.Hour}, []bool{true, true}},
		"never catches up":      {[]time.Duration{time.Hour, 2 * time.Hour, 3 * time.Hour, 4 * time.Hour, 5 * time.Hour, 6 * time.Hour}, []bool{false, false, false, false, false, true}},
		"catches up for a time": {[]time.Duration{time.Hour, time.Second, time.Hour}, []bool{false, true, true}},
	} {
		t.Run(name, func(t *testing.T) {
			c := newCatchUp(&settings)
			for minute, behind := range tt.behind {
				waits := c.waits(Tracking, behind, at.Add(time.Duration(minute)*time.Minute))
				require.Equal(t, tt.ready[minute], waits == "", "minute %d: %s", minute, waits)
			}
		})
	}
	c := newCatchUp(&settings)
	require.Equal(t, "it is 1h0m0s behind, more than 30s (--http-ready-lag); it is called ready in 5m0s at the latest", c.waits(Tracking, time.Hour, at))
	require.Empty(t, newCatchUp(&config.HTTP{ReadyPatience: time.Hour}).waits(Tracking, time.Hour, at), "no bound is set")
}

package schedule_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"waybill/pipeline/delivery/schedule"
	"waybill/schemas"
)

// TestNamed holds the schedules against what the platforms publish: how many
// attempts, and over how long.
func TestNamed(t *testing.T) {
	for name, wants := range map[string]struct {
		attempts int
		deadline time.Duration
	}{
		schedule.NameWaybill:    {10, 72 * time.Hour},
		schedule.NameIntersoft:  {9, 72 * time.Hour},
		schedule.NameShipEngine: {3, 4 * time.Hour},
		schedule.NameAfterShip:  {14, 68*time.Hour + 15*time.Minute + 30*time.Second},
	} {
		require.Contains(t, schedule.Names(), name)
		s, ok := schedule.ByName(name)
		require.True(t, ok, name)
		require.Equal(t, wants.deadline, s.Deadline, name)
		require.NoError(t, schedule.Check(s.Waits, s.Deadline))
		attempts := 1
		for ; ; attempts++ {
			if _, ok := s.Wait(attempts); !ok {
				break
			}
		}
		require.Equal(t, wants.attempts, attempts+1, name)
	}
	require.Len(t, schedule.Names(), 4)
	_, ok := schedule.ByName("custom")
	require.False(t, ok)
}

func TestCheck(t *testing.T) {
	many := make([]time.Duration, schedule.MaxWaits+1)
	for i := range many {
		many[i] = time.Second
	}
	for name, row := range map[string]struct {
		waits    []time.Duration
		deadline time.Duration
		err      string
	}{
		"nothing of its own":     {nil, 0, ""},
		"as many as are allowed": {many[1:], 0, ""},
		"one too many":           {many, 0, "33 waits"},
		"the bounds":             {[]time.Duration{schedule.MinWait, schedule.MaxDeadline}, schedule.MaxDeadline, ""},
		"a short wait":           {[]time.Duration{time.Minute, schedule.MinWait - 1}, 0, "wait 2 "},
		"a long wait":            {[]time.Duration{schedule.MaxDeadline + 1}, 0, "wait 1 "},
		"the least deadline":     {nil, schedule.MinDeadline, ""},
		"a short deadline":       {nil, schedule.MinDeadline - 1, "deadline"},
		"a negative deadline":    {nil, -time.Hour, "deadline"},
		"a long deadline":        {nil, schedule.MaxDeadline + 1, "deadline"},
	} {
		err := schedule.Check(row.waits, row.deadline)
		if row.err == "" {
			require.NoError(t, err, name)
		} else {
			require.ErrorContains(t, err, row.err, name)
		}
	}
}

func TestOf(t *testing.T) {
	otherwise := schedule.Schedule{Waits: []time.Duration{time.Minute}, Deadline: time.Hour}
	intersoft, _ := schedule.ByName(schedule.NameIntersoft)
	own := []time.Duration{2 * time.Second, 90 * time.Second}
	for name, row := range map[string]struct {
		endpoint *schemas.WebhookEndpoint
		wants    schedule.Schedule
	}{
		"no endpoint":      {nil, otherwise},
		"nothing chosen":   {&schemas.WebhookEndpoint{}, otherwise},
		"a name":           {&schemas.WebhookEndpoint{ScheduleName: schedule.NameIntersoft}, intersoft},
		"an unknown name":  {&schemas.WebhookEndpoint{ScheduleName: "unheard"}, otherwise},
		"its own waits":    {&schemas.WebhookEndpoint{Schedule: []int64{2000, 90_000}}, schedule.Schedule{Waits: own, Deadline: time.Hour}},
		"its own deadline": {&schemas.WebhookEndpoint{ScheduleName: schedule.NameIntersoft, Deadline: 60_000}, schedule.Schedule{Waits: intersoft.Waits, Deadline: time.Minute}},
	} {
		require.Equal(t, row.wants, schedule.Of(row.endpoint, otherwise), name)
	}
}

// TestWait: waits that lead to the deadline, or beyond it, are those of the
// last attempt.
func TestWait(t *testing.T) {
	s := schedule.Schedule{Waits: []time.Duration{time.Hour, time.Hour, time.Hour}, Deadline: 2 * time.Hour}
	wait, ok := s.Wait(1)
	require.True(t, ok)
	require.Equal(t, time.Hour, wait)
	for _, attempts := range []int{-1, 0, 2, 3, 4} {
		_, ok = s.Wait(attempts)
		require.False(t, ok, attempts)
	}
	s.Deadline++
	_, ok = s.Wait(2)
	require.True(t, ok)
}

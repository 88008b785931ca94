package main

import (
	"context"
	"net/http"
	"testing"
	"time"
)

// slowly answers well after a while, so that a kill meets calls in the middle.
func slowly(ctx context.Context, _, _ string) int {
	timer := time.NewTimer(20 * time.Millisecond)
	defer timer.Stop()
	select {
	case <-timer.C:
		return http.StatusNoContent
	case <-ctx.Done():
		return 0
	}
}

// An instance that is killed again and again in the middle of its calls loses
// nothing, keeps every shipment's order, and repeats a webhook at most once for
// each kill (W15).
func TestWebhooksSurviveKills(t *testing.T) {
	t.Parallel()
	s := newFaultStage(t)
	s.behave(slowly)
	up := s.up(t, "a")
	s.addEndpoints(t, 8, nil)
	s.send(t, numbers(0, 8), 100, 1, 3)
	kills := 0
	for _, taken := range []int{50, 300, 700, 1100, 1600, 2100} {
		s.awaitTaken(t, taken)
		up.kill(t)
		kills++
		up = s.up(t, "a")
	}
	s.awaitTaken(t, len(s.sent))
	s.judge(t, kills)
}

package main

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"waybill/pipeline/delivery/schedule"
	"waybill/schemas"
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

// only behaves in one way for the endpoints below end, and well for the others.
func only(end int, how answer) answer {
	return func(ctx context.Context, path, id string) int {
		if number, err := strconv.Atoi(strings.TrimPrefix(path, "/")); err == nil && number < end {
			return how(ctx, path, id)
		}
		return http.StatusNoContent
	}
}

// patiently is a schedule that asks each second at first, and then for longer than
// a test waits for anything: behind its end there is the deadline alone.
func patiently(_ int, c *schemas.EndpointCommand) {
	for _, wait := range []time.Duration{time.Second, 20 * time.Second} {
		for range schedule.MaxWaits / 2 {
			c.Schedule = append(c.Schedule, wait.Milliseconds())
		}
	}
}

// An instance that is killed again and again in the middle of its calls loses
// nothing, keeps every shipment's order, and repeats a webhook at most once for
// each kill (W15).
func TestFaultsKills(t *testing.T) {
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

// Calls that are open by the thousands when an instance joins, and again when
// one leaves, are made again by whoever has them next, or end where they are.
func TestFaultsRebalanceOfOpenCalls(t *testing.T) {
	t.Parallel()
	// An endpoint that is silent gets four calls at a time (W7).
	const endpoints, shipments = 2500, 4
	const open = endpoints * shipments
	s := newFaultStage(t)
	flags := []string{"--webhook-in-flight", strconv.Itoa(2 * open), "--webhook-timeout", "30s", "--leave-on-shutdown"}
	first := s.up(t, "a", flags...)
	s.addEndpoints(t, endpoints, nil)
	for i, change := range []func(){
		func() { s.up(t, "b", flags...) },
		func() { require.Equal(t, exitDone, first.end(t, syscall.SIGTERM)) },
	} {
		release := make(chan struct{})
		s.behave(func(ctx context.Context, _, _ string) int {
			select {
			case <-release:
				return http.StatusNoContent
			case <-ctx.Done():
				return 0
			}
		})
		s.send(t, numbers(0, endpoints), shipments, 1+i, 1+i)
		s.await(t, "open calls", func() bool { return s.open >= open*9/10 })
		change()
		close(release)
		s.awaitTaken(t, len(s.sent))
	}
	s.judge(t, 2)
}

// While a tenth of the receivers hang, each of the others gets all that is for
// it; and when they answer again, they get theirs, in order.
func TestFaultsHangingReceiversStarveNobody(t *testing.T) {
	t.Parallel()
	const endpoints, hanging, shipments = 1000, 100, 3
	s := newFaultStage(t)
	s.behave(only(hanging, never))
	s.up(t, "a")
	s.addEndpoints(t, endpoints, patiently)
	s.send(t, numbers(0, endpoints), shipments, 1, 3)
	healthy := (endpoints - hanging) * shipments * 3
	s.awaitTaken(t, healthy)
	s.send(t, numbers(hanging, endpoints), shipments, 4, 5)
	s.awaitTaken(t, healthy+(endpoints-hanging)*shipments*2)
	s.behave(well)
	s.awaitTaken(t, len(s.sent))
	s.judge(t, 0)
}

// One endpoint is dead and has very many webhooks waiting. The others get what
// comes for them; and when it is back it gets all of it, in order.
func TestFaultsOneEndpointWithManyWaiting(t *testing.T) {
	t.Parallel()
	const shipments = 10_000
	s := newFaultStage(t)
	s.behave(only(1, never))
	s.up(t, "a")
	s.addEndpoints(t, 20, patiently)
	s.send(t, []int{0}, shipments, 1, 3)
	for sequence := 1; sequence <= 5; sequence++ {
		s.send(t, numbers(1, 20), 5, sequence, sequence)
		s.awaitTaken(t, 19*5*sequence)
	}
	s.behave(well)
	s.awaitTaken(t, len(s.sent))
	s.judge(t, 0)
}

// Receivers that fail and recover all the time while two instances are
// restarted one after the other get everything, in order.
func TestFaultsFlappingReceivers(t *testing.T) {
	t.Parallel()
	s := newFaultStage(t)
	calls := atomic.Int64{}
	s.behave(func(ctx context.Context, path, id string) int {
		switch n := calls.Add(1); {
		case n%100 < 30:
			return http.StatusServiceUnavailable
		case n%100 < 35:
			return 0 // the connection is closed
		}
		return slowly(ctx, path, id)
	})
	running := map[string]*running{"a": s.up(t, "a"), "b": s.up(t, "b")}
	s.addEndpoints(t, 20, patiently)
	s.send(t, numbers(0, 20), 10, 1, 4)
	restarts := 0
	for _, name := range []string{"a", "b", "a", "b"} {
		s.awaitTaken(t, len(s.sent)*(restarts+1)/6)
		require.Equal(t, exitDone, running[name].end(t, syscall.SIGTERM))
		running[name] = s.up(t, name)
		restarts++
	}
	s.behave(well)
	s.awaitTaken(t, len(s.sent))
	s.judge(t, 2*restarts)
}

// Endpoints whose receivers are away are suspended, and keep what comes for
// them. One is resumed by a call that asks whether it is back, the other by
// hand; both get everything, in order.
func TestFaultsSuspendedEndpointsAreResumed(t *testing.T) {
	t.Parallel()
	s := newFaultStage(t)
	s.behave(only(2, func(context.Context, string, string) int { return http.StatusInternalServerError }))
	up := s.up(t, "a", "--webhook-suspend-after", "2s")
	s.addEndpoints(t, 4, patiently)
	s.send(t, numbers(0, 4), 20, 1, 2)
	s.awaitEndpoints(t, 2, schemas.EndpointSuspended)
	s.send(t, numbers(0, 4), 20, 3, 4)
	s.awaitTaken(t, 2*20*4) // those of the others
	s.behave(only(1, func(context.Context, string, string) int { return http.StatusInternalServerError }))
	up.run(t, "endpoints", "resume", endpointOf(1), "--tenant", tenantOf(1))
	s.awaitTaken(t, 3*20*4)
	s.behave(well)
	s.awaitTaken(t, len(s.sent))
	s.awaitEndpoints(t, 4, schemas.EndpointEnabled)
	s.judge(t, 0)
}

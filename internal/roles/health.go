package roles

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"waybill/internal/config"
	"waybill/internal/telemetry"
)

// Ready says which roles are not yet able to work, or nil.
func (r *Roles) Ready() error {
	if h := r.Health(); !h.Ready {
		return errors.New(h.Waits())
	}
	return nil
}

// Health says how each role is. A job is ready when what it was given is
// restored and, after a start, it has caught up; the sink and the schema registry
// do not count.
func (r *Roles) Health() telemetry.Health {
	var all []telemetry.Role
	for _, name := range slices.Sorted(maps.Keys(r.runtimes)) {
		runtime := r.runtimes[name]
		behind := runtime.Behind()
		seconds := behind.Seconds()
		waits := runtime.Waiting()
		if waits == "" {
			waits = r.catchUp.waits(name, behind, time.Now())
		}
		all = append(all, telemetry.Role{Name: name, Ready: waits == "", Waits: waits, LagSeconds: &seconds})
	}
	if r.poller != nil {
		waits := r.poller.Waiting()
		all = append(all, telemetry.Role{Name: Polling, Ready: waits == "", Waits: waits})
	}
	if r.api != nil {
		role := telemetry.Role{Name: API, Ready: true}
		if err := r.api.live.Ready(); err != nil {
			role.Ready, role.Waits = false, err.Error()
		}
		all = append(all, role)
	}
	if r.sink != nil {
		waits := r.sink.Waiting()
		all = append(all, telemetry.Role{Name: ClickHouse, Ready: waits == "", Waits: waits, Aside: true})
	}
	if r.registry != nil {
		waits := r.registry.Waiting()
		all = append(all, telemetry.Role{Name: "schema registry", Ready: waits == "", Waits: waits, Aside: true})
	}
	return telemetry.NewHealth(all)
}

// catchUp keeps a job from being called ready until it has caught up, once: what
// comes later than that is no reason to take the instance out, for then all
// instances would go when all are behind.
type catchUp struct {
	bound, patience time.Duration

	mu       sync.Mutex
	restored map[string]time.Time // by job: when it was first seen restored
	over     map[string]bool      // by job: it has caught up, or waited long enough
}

func newCatchUp(s *config.HTTP) *catchUp {
	return &catchUp{bound: s.ReadyLag, patience: s.ReadyPatience, restored: map[string]time.Time{}, over: map[string]bool{}}
}

// waits says what a restored job that is so far behind waits for, nothing when
// it is ready.
func (c *catchUp) waits(name string, behind time.Duration, now time.Time) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	since, ok := c.restored[name]
	if !ok {
		since = now
		c.restored[name] = now
	}
	left := c.patience - now.Sub(since)
	if c.bound == 0 || behind <= c.bound || left <= 0 {
		c.over[name] = true
	}
	if c.over[name] {
		return ""
	}
	return fmt.Sprintf("it is %s behind, more than %s (--http-ready-lag); it is called ready in %s at the latest", behind.Round(time.Second), c.bound, left.Round(time.Second))
}

package overview

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
)

// Flow is what ClickHouse tells of the last minutes, of all instances: it has
// everything about a second after it was decided. Counts are of decisions: an
// event that was held first has one for that, too.
type Flow struct {
	// Minutes are decisions and calls by minute, the oldest first; those in which
	// nothing was are left out.
	Minutes   []Minute   `json:"minutes"`
	Decisions []Decision `json:"decisions"`
	Webhooks  []Webhooks `json:"webhooks"`
	// Lateness is how long after they happened events reached us, and Handling how
	// long after that it was decided about them, what was held on purpose included.
	Lateness Quantiles `json:"lateness"`
	Handling Quantiles `json:"handling"`
}

// Minute is one minute, with how many there were of each decision and of each
// outcome of a call.
type Minute struct {
	At        time.Time         `json:"at"`
	Decisions map[string]uint64 `json:"decisions"`
	Webhooks  map[string]uint64 `json:"webhooks"`
}

// Decision is how often a rule decided something.
type Decision struct {
	Decision string `json:"decision"`
	Rule     string `json:"rule"`
	Events   uint64 `json:"events"`
}

// Webhooks is how often calls ended in a way.
type Webhooks struct {
	Outcome  string `json:"outcome"`
	Reason   string `json:"reason"`
	Attempts uint64 `json:"attempts"`
}

// Quantiles are of seconds; nil where there is nothing to tell of.
type Quantiles struct {
	Median *float64 `json:"p50_s"`
	P95    *float64 `json:"p95_s"`
}

// Bounds of one query.
const (
	maxMemory  = 1 << 30 // bytes
	maxThreads = 2
)

// What is superseded or was inserted twice is not looked for: that would cost
// more than the sight of a rate is worth.
const (
	decisionsByMinute = `SELECT toStartOfMinute(decided_at) AS minute, toString(decision) AS decision, toString(rule) AS rule, count() AS n
FROM decisions WHERE decided_at >= now64(3) - toIntervalSecond({window:UInt32}) GROUP BY minute, decision, rule ORDER BY minute, decision, rule SETTINGS final = 0`
	webhooksByMinute = `SELECT toStartOfMinute(started_at) AS minute, toString(outcome) AS outcome, toString(reason) AS reason, count() AS n
FROM webhook_attempts WHERE started_at >= now64(3) - toIntervalSecond({window:UInt32}) GROUP BY minute, outcome, reason ORDER BY minute, outcome, reason SETTINGS final = 0`
	times = `SELECT quantilesTDigest(0.5, 0.95)(greatest(0, dateDiff('millisecond', occurred_at, received_at) / 1000)) AS lateness,
    quantilesTDigest(0.5, 0.95)(greatest(0, dateDiff('millisecond', arrived_at, decided_at) / 1000)) AS handling
FROM decisions WHERE decided_at >= now64(3) - toIntervalSecond({window:UInt32}) AND decision IN ('accepted', 'late') SETTINGS final = 0`
)

func (o *Overview) flow(ctx context.Context) (*Flow, error) {
	ctx = clickhouse.Context(ctx, clickhouse.WithSettings(clickhouse.Settings{"max_memory_usage": maxMemory, "max_threads": maxThreads}))
	span := clickhouse.Named("window", int(window/time.Second))
	var decided []struct {
		Minute   time.Time `ch:"minute"`
		Decision string    `ch:"decision"`
		Rule     string    `ch:"rule"`
		N        uint64    `ch:"n"`
	}
	var called []struct {
		Minute  time.Time `ch:"minute"`
		Outcome string    `ch:"outcome"`
		Reason  string    `ch:"reason"`
		N       uint64    `ch:"n"`
	}
	var took []struct {
		Lateness []float32 `ch:"lateness"`
		Handling []float32 `ch:"handling"`
	}
	err := errors.Join(
		o.cfg.ClickHouse.Select(ctx, &decided, decisionsByMinute, span),
		o.cfg.ClickHouse.Select(ctx, &called, webhooksByMinute, span),
		o.cfg.ClickHouse.Select(ctx, &took, times, span),
	)
	if err != nil {
		return nil, fmt.Errorf("asking ClickHouse what was decided and sent: %w", err)
	}
	f := &Flow{Minutes: []Minute{}, Decisions: []Decision{}, Webhooks: []Webhooks{}, Lateness: quantiles(took[0].Lateness), Handling: quantiles(took[0].Handling)}
	minutes := make(map[time.Time]*Minute)
	minute := func(at time.Time) *Minute {
		if minutes[at] == nil {
			minutes[at] = &Minute{At: at.UTC(), Decisions: make(map[string]uint64), Webhooks: make(map[string]uint64)}
		}
		return minutes[at]
	}
	byRule, byReason := make(map[[2]string]uint64), make(map[[2]string]uint64)
	for _, d := range decided {
		minute(d.Minute).Decisions[d.Decision] += d.N
		byRule[[2]string{d.Decision, d.Rule}] += d.N
	}
	for _, c := range called {
		minute(c.Minute).Webhooks[c.Outcome] += c.N
		byReason[[2]string{c.Outcome, c.Reason}] += c.N
	}
	for _, at := range slices.SortedFunc(maps.Keys(minutes), time.Time.Compare) {
		f.Minutes = append(f.Minutes, *minutes[at])
	}
	for _, key := range mostFirst(byRule) {
		f.Decisions = append(f.Decisions, Decision{key[0], key[1], byRule[key]})
	}
	for _, key := range mostFirst(byReason) {
		f.Webhooks = append(f.Webhooks, Webhooks{key[0], key[1], byReason[key]})
	}
	return f, nil
}

// mostFirst gives the keys, that of the greatest count first.
func mostFirst(counts map[[2]string]uint64) [][2]string {
	return slices.SortedFunc(maps.Keys(counts), func(a, b [2]string) int {
		return cmp.Or(cmp.Compare(counts[b], counts[a]), slices.Compare(a[:], b[:]))
	})
}

func quantiles(of []float32) (q Quantiles) {
	if len(of) == 2 && !math.IsNaN(float64(of[0])) {
		median, most := float64(of[0]), float64(of[1])
		q.Median, q.P95 = &median, &most
	}
	return q
}

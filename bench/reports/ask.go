package reports

import (
	"context"
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"waybill/analytics"
	"waybill/bench/report"
)

// threads that a report may use.
const threads = 4

// answer is what one run of a question took.
type answer struct {
	took   time.Duration
	cpu    time.Duration // of the engine for the query, all threads
	memory int64         // the most that it held at a time in the engine, in bytes
	read   uint64        // rows that the engine read
	rows   int           // rows of the report
}

// ask runs a question once. What as_of costs, which is worked out first, is in it.
func ask(ctx context.Context, conn driver.Conn, q question) (a answer, err error) {
	var mu sync.Mutex // the client calls from a goroutine of its own
	ctx = clickhouse.Context(ctx,
		clickhouse.WithSettings(clickhouse.Settings{"max_threads": threads}),
		clickhouse.WithProgress(func(p *clickhouse.Progress) {
			mu.Lock()
			defer mu.Unlock()
			a.read += p.Rows
		}),
		clickhouse.WithProfileEvents(func(events []clickhouse.ProfileEvent) {
			mu.Lock()
			defer mu.Unlock()
			for _, e := range events {
				switch e.Name {
				case "MemoryTrackerPeakUsage":
					a.memory = max(a.memory, e.Value)
				case "UserTimeMicroseconds", "SystemTimeMicroseconds":
					a.cpu += time.Duration(e.Value) * time.Microsecond
				}
			}
		}))
	began := time.Now()
	result, err := analytics.Run(ctx, conn, q.report, q.params)
	if err != nil {
		return a, err
	}
	mu.Lock()
	defer mu.Unlock()
	a.took, a.rows = time.Since(began), len(result.Rows)
	return a, nil
}

// figures are what the counted runs of a question come to.
type figures struct {
	took   report.Spread // seconds
	cpu    float64       // seconds, the median
	memory int64         // bytes
	read   uint64
	rows   int
}

// measure asks a question several times; the first ones meet cold caches and
// are not counted.
func measure(ctx context.Context, conn driver.Conn, q question, warmups, turns int) (f figures, err error) {
	var answers []answer
	for i := range warmups + turns {
		a, err := ask(ctx, conn, q)
		if err != nil {
			return f, err
		}
		if i >= warmups {
			answers = append(answers, a)
		}
	}
	last := answers[len(answers)-1]
	f = figures{took: report.SpreadBy(answers, func(a answer) float64 { return a.took.Seconds() }), read: last.read, rows: last.rows}
	f.cpu = report.SpreadBy(answers, func(a answer) float64 { return a.cpu.Seconds() }).Median
	for _, a := range answers {
		f.memory = max(f.memory, a.memory)
	}
	fmt.Fprintf(os.Stderr, "%s: %s: %s s, %.1f s of processor time, %d MB, %d rows read, %d rows\n", Part, q.name(), f.took.In(3), f.cpu, f.memory>>20, f.read, f.rows)
	return f, nil
}

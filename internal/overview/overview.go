package overview

import (
	"context"
	"sync"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/twmb/franz-go/pkg/kgo"
)

const (
	// fresh is how long an answer serves all who ask, so that many who look cost
	// what one does.
	fresh = 2 * time.Second
	// patience bounds each part. One that takes longer is told as a problem.
	patience = 5 * time.Second
	// window is how far back rates and counts go.
	window = 15 * time.Minute
)

// Job is a consumer group and what it reads, by names without the prefix.
type Job struct {
	Name   string
	Topics []string
	// Optional: it is left out where Kafka knows no such group.
	Optional bool
}

// Config says what is asked. It stays the caller's.
type Config struct {
	Kafka      *kgo.Client
	Prefix     string
	Jobs       []Job
	ClickHouse driver.Conn
	// Gatherer has what this process counts; nil: nothing of it is told.
	Gatherer prometheus.Gatherer
	// Instance names this process.
	Instance string
}

// Pipeline is how the pipeline does. A part that could not be had is nil, and
// among the problems.
type Pipeline struct {
	At       time.Time `json:"at"`
	WindowS  int       `json:"window_s"`
	Kafka    *Log      `json:"kafka"`
	Flow     *Flow     `json:"clickhouse"`
	Instance Counters  `json:"instance"`
	Problems []Problem `json:"problems"`
}

// Problem says why a part could not be had, for operators.
type Problem struct {
	Part   string `json:"part"` // kafka, clickhouse or instance
	Detail string `json:"detail"`
}

// Overview tells how the pipeline does. It is safe for concurrent use.
type Overview struct {
	cfg Config

	mu   sync.Mutex // held while one asks for all who wait
	last *Pipeline
}

// New makes an overview.
func New(c Config) *Overview { return &Overview{cfg: c} }

// Now tells how the pipeline does, as it was two seconds ago at most. It takes
// as long as the slowest part, within five seconds. The caller must not change it.
func (o *Overview) Now(ctx context.Context) *Pipeline {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.last == nil || time.Since(o.last.At) >= fresh {
		o.last = o.ask(context.WithoutCancel(ctx)) // it serves others, too
	}
	return o.last
}

func (o *Overview) ask(ctx context.Context) *Pipeline {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	p := &Pipeline{WindowS: int(window / time.Second), Problems: []Problem{}}
	begun := time.Now()
	var (
		parts                 sync.WaitGroup
		ofKafka, ofClickHouse error
	)
	parts.Go(func() { p.Kafka, ofKafka = o.log(ctx, begun) })
	parts.Go(func() { p.Flow, ofClickHouse = o.flow(ctx) })
	var ofInstance error
	p.Instance, ofInstance = o.counters()
	parts.Wait()
	p.At = time.Now().UTC().Truncate(time.Millisecond)
	p.blame("kafka", ofKafka)
	p.blame("clickhouse", ofClickHouse)
	p.blame("instance", ofInstance)
	return p
}

func (p *Pipeline) blame(part string, err error) {
	if err != nil {
		p.Problems = append(p.Problems, Problem{part, err.Error()})
	}
}

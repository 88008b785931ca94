package registrations

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
	"golang.org/x/sync/errgroup"
)

// clients are how many requests with batches are under way at a time.
const clients = 16

// post sends batches, and returns when all are answered as accepted.
func (s *scene) post(ctx context.Context, batches int) error {
	return together(ctx, batches, func(ctx context.Context) error { return s.ask(ctx, s.batch) })
}

// produce sends the records of as many batches without the API, and gives how
// many Kafka acknowledged a second.
func (s *scene) produce(ctx context.Context, batches int) (rate float64, err error) {
	began := time.Now()
	err = together(ctx, batches, func(ctx context.Context) error {
		batch := make([]*kgo.Record, len(s.records))
		for i, r := range s.records {
			batch[i] = &kgo.Record{Topic: r.Topic, Key: r.Key, Value: r.Value}
		}
		return s.producer.ProduceSync(ctx, batch...).FirstErr()
	})
	return float64(batches*len(s.records)) / time.Since(began).Seconds(), err
}

// together does something so many times, by several at a time.
func together(ctx context.Context, times int, do func(context.Context) error) error {
	var begun atomic.Int64
	g, ctx := errgroup.WithContext(ctx)
	for range clients {
		g.Go(func() error {
			for begun.Add(1) <= int64(times) {
				if err := do(ctx); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return g.Wait()
}

// pace sends single registrations at an even rate, and gives how long each took
// from when it was due, in milliseconds.
func (s *scene) pace(ctx context.Context) ([]float64, error) {
	took := make([]float64, singles)
	g, ctx := errgroup.WithContext(ctx)
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	began := time.Now()
	for i := range singles {
		due := began.Add(time.Duration(i) * time.Second / singleRate)
		for time.Now().Before(due) {
			select {
			case <-tick.C:
			case <-ctx.Done():
				return nil, g.Wait()
			}
		}
		body := fmt.Sprintf(`{"trackings":[{"carrier":"sim-post","tracking_number":"S%d"}]}`, i)
		g.Go(func() error {
			err := s.ask(ctx, body)
			took[i] = float64(time.Since(due).Microseconds()) / 1000
			return err
		})
	}
	return took[cold:], g.Wait()
}

// ask makes one request, which must be accepted.
func (s *scene) ask(ctx context.Context, body string) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, s.url+"/v4/trackings", strings.NewReader(body))
	if err != nil {
		return fmt.Errorf("making a request: %w", err)
	}
	r.Header.Set("Authorization", "Bearer "+s.key)
	r.Header.Set("Content-Type", "application/json")
	answer, err := s.http.Do(r)
	if err != nil {
		return fmt.Errorf("asking the API: %w", err)
	}
	text, err := io.ReadAll(answer.Body)
	if err = errors.Join(err, answer.Body.Close()); err != nil {
		return fmt.Errorf("reading an answer of the API: %w", err)
	}
	if answer.StatusCode != http.StatusAccepted {
		return fmt.Errorf("asking the API: it answered %d: %.1000s", answer.StatusCode, text)
	}
	return nil
}

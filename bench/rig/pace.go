package rig

import (
	"context"
	"fmt"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

// Pace sends records at an even rate, and returns when each was handed over.
func Pace(ctx context.Context, brokers []string, records []*kgo.Record, rate int) (sent []time.Time, err error) {
	client, err := kgo.NewClient(kgo.SeedBrokers(brokers...), kgo.ProducerLinger(0), kgo.RecordPartitioner(kgo.StickyKeyPartitioner(nil)))
	if err != nil {
		return nil, fmt.Errorf("making a client for the load: %w", err)
	}
	defer client.Close()
	ctx, fail := context.WithCancelCause(ctx)
	defer fail(nil)
	if err := client.Ping(ctx); err != nil {
		return nil, fmt.Errorf("connecting to send the load: %w", err)
	}
	began := time.Now()
	for i, r := range records {
		due := began.Add(time.Duration(i) * time.Second / time.Duration(rate))
		if left := time.Until(due); left > 0 && !Pause(ctx, left) {
			return nil, context.Cause(ctx)
		}
		sent = append(sent, time.Now())
		client.Produce(ctx, r, func(_ *kgo.Record, err error) {
			if err != nil {
				fail(fmt.Errorf("sending the load: %w", err))
			}
		})
	}
	if err := client.Flush(ctx); err != nil {
		return nil, fmt.Errorf("sending the load: %w", context.Cause(ctx))
	}
	return sent, nil
}

// Pause waits for a while; false when ctx ends before.
func Pause(ctx context.Context, while time.Duration) bool {
	timer := time.NewTimer(while)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

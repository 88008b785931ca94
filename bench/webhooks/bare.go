package webhooks

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"waybill/bench/rig"
	"waybill/schemas"
	"waybill/sinks/webhook"
)

// BareKind is the kind of a process that calls without a pipeline.
const BareKind = "bare"

// BareOrder is what such a process is told.
type BareOrder struct {
	Address   string `json:"address"` // of the receiver
	Webhooks  int    `json:"webhooks"`
	Endpoints int    `json:"endpoints"`
	Callers   int    `json:"callers"` // calls at a time
	Seed      uint64 `json:"seed"`
}

// bare signs and sends webhooks that it has in memory, with an HTTP client of
// the standard library and as many connections as calls. It keeps, checks and
// notes nothing.
type bare struct {
	rig.Background
	BareOrder
	client *http.Client
	signer *webhook.Signer
	ids    []string
	bodies [][]byte
}

// NewBare makes what the process runs.
func NewBare(o *BareOrder) (rig.Measured, error) {
	signer, err := webhook.NewSigner([]string{secret})
	if err != nil {
		return nil, err
	}
	return &bare{BareOrder: *o, signer: signer, client: &http.Client{Transport: &http.Transport{
		MaxIdleConns: o.Callers, MaxIdleConnsPerHost: o.Callers, DisableCompression: true,
	}}}, nil
}

// Prepare implements rig.Measured.
func (b *bare) Prepare(ctx context.Context) (any, error) {
	load := jobs{count: b.Webhooks, endpoint: evenly(b.Endpoints), least: leastBody, most: mostBody, seed: b.Seed}
	load.each(func(_ int, job *schemas.WebhookJob) {
		b.ids, b.bodies = append(b.ids, job.JobID), append(b.bodies, job.Body)
	})
	b.Start(ctx, b.run)
	return nil, nil
}

// run waits for the gate, and calls.
func (b *bare) run(ctx context.Context) error {
	if err := b.send(ctx, http.MethodGet, gatePath, nil, nil); err != nil {
		return err
	}
	g, calling := errgroup.WithContext(ctx)
	next := atomic.Int64{}
	for range b.Callers {
		g.Go(func() error {
			for i := next.Add(1) - 1; int(i) < b.Webhooks && calling.Err() == nil; i = next.Add(1) - 1 {
				if err := b.call(calling, int(i)); err != nil {
					return err
				}
			}
			return nil
		})
	}
	if err := g.Wait(); err != nil && ctx.Err() == nil { // it may be told to end before the last answers are read
		return err
	}
	<-ctx.Done() // a measured process ends when it is told to
	return nil
}

// call makes one call, signed as ours is.
func (b *bare) call(ctx context.Context, number int) error {
	now := time.Now()
	signature, err := b.signer.Sign(b.ids[number], now, b.bodies[number])
	if err != nil {
		return err
	}
	return b.send(ctx, http.MethodPost, fmt.Sprintf("%s%d", endpointPath, number%b.Endpoints), b.bodies[number], map[string]string{
		"Content-Type": "application/json", webhook.HeaderID: b.ids[number],
		webhook.HeaderTimestamp: strconv.FormatInt(now.Unix(), 10), webhook.HeaderSignature: signature,
	})
}

func (b *bare) send(ctx context.Context, method, path string, body []byte, headers map[string]string) error {
	q, err := http.NewRequestWithContext(ctx, method, "http://"+b.Address+path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	for name, value := range headers {
		q.Header.Set(name, value)
	}
	answer, err := b.client.Do(q)
	if err != nil {
		return fmt.Errorf("calling: %w", err)
	}
	_, err = io.Copy(io.Discard, answer.Body)
	_ = answer.Body.Close()
	if err == nil && answer.StatusCode >= http.StatusMultipleChoices {
		err = fmt.Errorf("calling: the receiver answered %s", answer.Status)
	}
	return err
}

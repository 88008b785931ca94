package webhooks

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"waybill/bench/rig"
)

// target is the parent's side of a receiver.
type target struct {
	*rig.Process
	address string
}

// startReceiver starts one.
func startReceiver(ctx context.Context, o *ReceiverOrder) (*target, error) {
	p, err := rig.StartBeside(ctx, ReceiverKind, o)
	if err != nil {
		return nil, err
	}
	t := &target{Process: p}
	if err = p.Said(&t.address); err == nil {
		err = p.Begin()
	}
	if err != nil {
		return nil, errors.Join(err, p.Close())
	}
	return t, nil
}

// close ends it.
func (t *target) close() error {
	_, err := t.End()
	return errors.Join(err, t.Close())
}

// url is where an endpoint's webhooks go.
func (t *target) url(endpoint int) string {
	return fmt.Sprintf("http://%s%s%d", t.address, endpointPath, endpoint)
}

// await waits until so many different webhooks have come.
func (t *target) await(ctx context.Context, count int) error {
	_, err := t.get(ctx, fmt.Sprintf("%s?count=%d", awaitPath, count))
	return err
}

// open lets callers that wait at the gate begin.
func (t *target) open(ctx context.Context) error {
	_, err := t.get(ctx, openPath)
	return err
}

// wake makes the endpoints that hang answer.
func (t *target) wake(ctx context.Context) error {
	_, err := t.get(ctx, wakePath)
	return err
}

// times are when each webhook came first, zero for one that has not, and how
// many came again.
func (t *target) times(ctx context.Context) (came []time.Time, repeats int, err error) {
	answer, err := t.get(ctx, timesPath)
	if err != nil {
		return nil, 0, err
	}
	for ; len(answer) > 8; answer = answer[8:] {
		at := time.Time{}
		if nanos := int64(binary.BigEndian.Uint64(answer)); nanos > 0 {
			at = time.Unix(0, nanos)
		}
		came = append(came, at)
	}
	return came, int(binary.BigEndian.Uint64(answer)), nil
}

// answeredOf is how many of them have come.
func answeredOf(came []time.Time) (count int) {
	for _, at := range came {
		if !at.IsZero() {
			count++
		}
	}
	return count
}

func (t *target) get(ctx context.Context, path string) ([]byte, error) {
	q, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+t.address+path, nil)
	if err != nil {
		return nil, err
	}
	answer, err := http.DefaultClient.Do(q)
	if err != nil {
		if ctx.Err() != nil {
			err = context.Cause(ctx)
		}
		return nil, fmt.Errorf("asking the receiver for %s: %w", path, err)
	}
	defer answer.Body.Close() //nolint:errcheck // it was read to its end
	text, err := io.ReadAll(answer.Body)
	if err == nil && answer.StatusCode != http.StatusOK {
		err = fmt.Errorf("it answered %s", answer.Status)
	}
	if err != nil {
		return nil, fmt.Errorf("asking the receiver for %s: %w", path, err)
	}
	return text, nil
}

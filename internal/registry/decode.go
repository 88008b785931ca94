package registry

import (
	"context"
	"errors"
	"time"

	"waybill/schemas"
)

// retry is how long Decode waits between two tries.
const retry = 20 * time.Millisecond

// Decode is the codec's Decode for those who can wait until the registry has
// told a schema.
func Decode[T any](ctx context.Context, codec *schemas.Codec[T], data []byte) (*T, error) {
	for {
		v, err := codec.Decode(data)
		if _, waits := errors.AsType[*schemas.NotYetError](err); !waits {
			return v, err
		}
		timer := time.NewTimer(retry)
		select {
		case <-ctx.Done():
			timer.Stop()
			return nil, errors.Join(ctx.Err(), err)
		case <-timer.C:
		}
	}
}

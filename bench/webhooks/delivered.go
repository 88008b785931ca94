package webhooks

import (
	"context"
	"fmt"
	"time"

	"waybill/bench/rig"
)

// Delivered is one turn of the part webhooks with so many endpoints, and the
// processor time of the receiver. The broker's is told apart from it.
func Delivered(ctx context.Context, common *rig.Options, o *Options, endpoints int) (rig.Turn, time.Duration, error) {
	b, err := newBench(common, o)
	if err != nil {
		return rig.Turn{}, 0, err
	}
	ctx, cancel := context.WithTimeoutCause(ctx, common.Patience, fmt.Errorf("it took more than %s", common.Patience))
	defer cancel()
	t, err := b.ours(ctx, endpoints, "")
	return t.Turn, t.Receiver, err
}

package roles

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/pipeline/quotas"
	"waybill/schemas"
)

// quotaWatch follows how far tenants' quotas are used, so that the API refuses
// on the spot what tracking would refuse (R8). What it does not know yet it lets
// through: tracking has the last word.
type quotaWatch struct {
	client *kgo.Client
	codec  *schemas.Codec[schemas.Quota]
	limits *quotas.Limits
	log    *slog.Logger

	mu   sync.Mutex
	used map[string]*schemas.Quota // by tenant
}

// newQuotaWatch makes a watch; run makes it follow.
func newQuotaWatch(o *Options, limits *quotas.Limits) (*quotaWatch, error) {
	client, err := kgo.NewClient(append(slices.Clip(o.Kafka),
		kgo.ConsumeTopics(o.Settings.Kafka.Prefix+schemas.TopicQuotas), kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()),
		kgo.FetchIsolationLevel(kgo.ReadCommitted()))...)
	if err != nil {
		return nil, fmt.Errorf("making a Kafka client for the quotas: %w", err)
	}
	return &quotaWatch{
		client: client, codec: o.Codecs.Quota, limits: limits, log: o.Logger.With("app", API), used: make(map[string]*schemas.Quota),
	}, nil
}

// run follows the topic until ctx is done.
func (w *quotaWatch) run(ctx context.Context) {
	for ctx.Err() == nil {
		fetches := w.client.PollFetches(ctx)
		fetches.EachError(func(_ string, partition int32, err error) {
			if ctx.Err() == nil {
				w.log.Warn("reading the quotas; trying again", "partition", partition, "err", err)
			}
		})
		fetches.EachRecord(func(r *kgo.Record) {
			row, err := w.codec.Decode(r.Value)
			if err != nil {
				w.log.Warn("reading the quota of a tenant; it is passed over", "partition", r.Partition, "offset", r.Offset, "err", err)
				return
			}
			w.mu.Lock()
			defer w.mu.Unlock()
			w.used[row.Tenant] = row
		})
	}
}

// over tells, in the words of tracking, that a tenant's quota of the month is
// used up; it is empty where it is not, as far as that is known.
func (w *quotaWatch) over(tenant string, at time.Time) string {
	limit, limited := w.limits.Limit(tenant)
	if !limited {
		return ""
	}
	w.mu.Lock()
	row := w.used[tenant]
	w.mu.Unlock()
	used, period := int64(0), at.UTC().Format("2006-01")
	if row != nil && row.Period == period {
		used = row.Used
	}
	if used < limit {
		return ""
	}
	return fmt.Sprintf("The quota of %d registrations in %s is used up.", limit, period)
}

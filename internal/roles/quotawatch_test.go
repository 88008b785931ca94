package roles

import (
	"context"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/internal/config"
	"waybill/internal/embedded/embeddedtest"
	"waybill/internal/topics"
	"waybill/pipeline/quotas"
	"waybill/schemas"
)

// The watch knows what the topic says, of this month alone, and nothing of who
// has no limit.
func TestQuotaWatch(t *testing.T) {
	codecs, err := schemas.NewCodecs()
	require.NoError(t, err)
	o := &Options{Settings: &config.Settings{}, Codecs: codecs, Logger: slog.New(slog.DiscardHandler), Kafka: []kgo.Opt{kgo.SeedBrokers(embeddedtest.Kafka(t)...)}}
	o.Settings.Kafka.Prefix = "watch-" + t.Name() + "."
	client, err := kgo.NewClient(o.Kafka...)
	require.NoError(t, err)
	defer client.Close()
	_, err = topics.Create(t.Context(), client, topics.Layout{Prefix: o.Settings.Kafka.Prefix, Partitions: 2, Replication: -1})
	require.NoError(t, err)

	limits, err := quotas.ParseLimits([]byte("default: 2\ntenants: {trial: 0, house: null}"))
	require.NoError(t, err)
	w, err := newQuotaWatch(o, limits)
	require.NoError(t, err)
	defer w.client.Close()
	ctx, cancel := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { w.run(ctx) })
	defer running.Wait()
	defer cancel()

	may := time.Date(2026, 5, 31, 23, 0, 0, 0, time.UTC)
	require.Equal(t, "The quota of 0 registrations in 2026-05 is used up.", w.over("trial", may))
	require.Empty(t, w.over("house", may))
	require.Empty(t, w.over("acme", may), "nothing is known of it yet")
	value, err := codecs.Quota.Encode(&schemas.Quota{Tenant: "acme", Period: "2026-05", Limit: 2, Used: 2, Exhausted: true, UpdatedAt: may})
	require.NoError(t, err)
	topic := o.Settings.Kafka.Prefix + schemas.TopicQuotas
	require.NoError(t, client.ProduceSync(t.Context(), &kgo.Record{Topic: topic, Key: []byte("broken"), Value: []byte("no")}, &kgo.Record{Topic: topic, Key: []byte("acme"), Value: value}).FirstErr())
	require.Eventually(t, func() bool { return w.over("acme", may) != "" }, 5*time.Minute, 10*time.Millisecond)
	require.Empty(t, w.over("acme", may.Add(time.Hour)), "that is another month")
	require.Empty(t, w.over("globex", may))
}

package roles

import (
	"crypto/rand"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/internal/embedded/embeddedtest"
	"waybill/pipeline/stream/job"
	"waybill/schemas"
)

// A body that belongs to another webhook is never sent in its place.
func TestBodyOfAnother(t *testing.T) {
	topic := "bodies-" + rand.Text()
	client, err := kgo.NewClient(kgo.SeedBrokers(embeddedtest.Kafka(t)...))
	require.NoError(t, err)
	defer client.Close()
	_, err = kadm.NewClient(client).CreateTopic(t.Context(), 1, 1, nil, topic)
	require.NoError(t, err)
	codecs, err := schemas.NewCodecs()
	require.NoError(t, err)
	value, err := codecs.WebhookJob.Encode(&schemas.WebhookJob{JobID: "mine", Trigger: schemas.TriggerEvent, Body: []byte("{}")})
	require.NoError(t, err)
	at, err := client.ProduceSync(t.Context(), &kgo.Record{Topic: topic, Value: value}).First()
	require.NoError(t, err)

	b := &bodies{client: client, topic: topic, codec: codecs.WebhookJob}
	where := job.Position{Partition: 0, Offset: at.Offset}
	body, err := b.read(t.Context(), "mine", where)
	require.NoError(t, err)
	require.Equal(t, []byte("{}"), body)
	_, err = b.read(t.Context(), "another", where)
	require.ErrorIs(t, err, errNoBody)
}

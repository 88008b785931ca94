package topics_test

import (
	"crypto/rand"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/internal/embedded/embeddedtest"
	"waybill/internal/topics"
	"waybill/schemas"
)

func TestMain(m *testing.M) { embeddedtest.Main(m) }

func newClient(t *testing.T) *kgo.Client {
	client, err := kgo.NewClient(kgo.SeedBrokers(embeddedtest.Kafka(t)...))
	require.NoError(t, err)
	t.Cleanup(client.Close)
	return client
}

func TestCreateMakesWhatCheckWants(t *testing.T) {
	for _, replay := range []bool{false, true} {
		client := newClient(t)
		layout := topics.Layout{Prefix: "create-" + rand.Text() + ".", Partitions: 3, Replication: 1, Replay: replay}
		missing, err := topics.Check(t.Context(), client, layout)
		require.NoError(t, err)
		require.Len(t, missing, len(schemas.Topics()))

		made, err := topics.Create(t.Context(), client, layout)
		require.NoError(t, err)
		require.Equal(t, layout.Names(), made)
		differences, err := topics.Check(t.Context(), client, layout)
		require.NoError(t, err)
		require.Empty(t, differences)

		made, err = topics.Create(t.Context(), client, layout)
		require.NoError(t, err)
		require.Empty(t, made, "what exists is left alone")
	}
}

func TestCheckNamesWhatDiffers(t *testing.T) {
	client := newClient(t)
	prefix := "check-" + rand.Text() + "."
	layout := topics.Layout{Prefix: prefix, Partitions: 2, Replication: 1}
	wrong := "604800000"
	_, err := kadm.NewClient(client).CreateTopic(t.Context(), 5, 1, map[string]*string{"retention.ms": &wrong}, prefix+schemas.TopicTrackingState)
	require.NoError(t, err)
	_, err = topics.Create(t.Context(), client, layout)
	require.NoError(t, err)

	differences, err := topics.Check(t.Context(), client, layout)
	require.NoError(t, err)
	require.Contains(t, differences, topics.Difference{Topic: prefix + "tracking-state", Setting: "partitions", Want: "2, as " + prefix + "registrations", Have: "5"})
	require.Contains(t, differences, topics.Difference{Topic: prefix + "tracking-state", Setting: "retention.ms", Want: "-1", Have: wrong})
}

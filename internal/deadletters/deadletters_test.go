package deadletters_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/internal/deadletters"
	"waybill/internal/embedded/embeddedtest"
	"waybill/internal/roles"
	"waybill/internal/roles/rolestest"
	"waybill/schemas"
)

func TestMain(m *testing.M) { embeddedtest.Main(m) }

// awaitLetters waits until there are so many, and returns them.
func awaitLetters(t *testing.T, d *rolestest.Deployment, count int) []deadletters.Letter {
	t.Helper()
	var letters []deadletters.Letter
	require.Eventually(t, func() bool {
		var err error
		letters, err = deadletters.List(t.Context(), d.Client, d.Settings.Kafka.Prefix)
		return err == nil && len(letters) >= count
	}, 5*time.Minute, 10*time.Millisecond)
	require.Len(t, letters, count)
	return letters
}

// What a job cannot read is a dead letter, with its cause and unchanged. Mended
// and sent again, it is worked on as if it had come so.
func TestRoundTrip(t *testing.T) {
	d := rolestest.New(t)
	d.Run(t, roles.Endpoints)
	before := time.Now().Add(-time.Second)
	own := kgo.RecordHeader{Key: "producer", Value: []byte("shop 7")}
	broken := d.Produce(t, schemas.TopicEndpointCommands, "shop", []byte("{broken"), own)

	letter := awaitLetters(t, d, 1)[0]
	require.Equal(t, schemas.TopicEndpointCommands, letter.SourceTopic, "the logical name")
	require.Equal(t, "shop", letter.Key)
	require.Equal(t, "{broken", string(letter.Value))
	require.Contains(t, letter.Cause, "reading a")
	require.Equal(t, []kgo.RecordHeader{own}, letter.Headers)
	require.WithinRange(t, letter.SourceTime, before, time.Now().Add(time.Second))
	require.WithinRange(t, letter.DeadSince, before, time.Now().Add(time.Second))

	command, err := d.Codecs.EndpointCommand.Encode(&schemas.EndpointCommand{
		CommandID: "c1", Tenant: "shop", EndpointID: "ep_1", Kind: schemas.CommandCreate, URL: "http://127.0.0.1:1/",
		Secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", Order: schemas.OrderShipment, RequestedAt: time.Now(),
	})
	require.NoError(t, err)
	found, err := deadletters.Find(t.Context(), d.Client, d.Settings.Kafka.Prefix, letter.ID)
	require.NoError(t, err)
	require.Equal(t, &letter, found)
	sent, err := deadletters.Resend(t.Context(), d.Client, d.Settings.Kafka.Prefix, found, command)
	require.NoError(t, err)
	require.Equal(t, broken.Topic, sent.Topic)
	require.Equal(t, broken.Partition, sent.Partition, "the same key goes to the same partition")
	require.Equal(t, []kgo.RecordHeader{own}, sent.Headers, "where it lay is no header of the record")
	endpoints := d.Endpoints(t)
	require.Eventually(t, func() bool {
		table, err := endpoints.Table(t.Context())
		return err == nil && table.ByID("ep_1") != nil
	}, 5*time.Minute, 10*time.Millisecond)
	require.Equal(t, letter, awaitLetters(t, d, 1)[0], "the letter stays")

	// As it was, it comes back as a second letter, no larger than the first.
	_, err = deadletters.Resend(t.Context(), d.Client, d.Settings.Kafka.Prefix, found, nil)
	require.NoError(t, err)
	second := awaitLetters(t, d, 2)[1]
	require.NotEqual(t, letter.ID, second.ID)
	require.Equal(t, letter.Value, second.Value)
	require.Equal(t, letter.Headers, second.Headers)
}

func TestListIsOldestFirst(t *testing.T) {
	d := rolestest.New(t, "--kafka-partitions", "4")
	start := time.Now().Add(-time.Hour).Truncate(time.Millisecond)
	for i, key := range []string{"d", "c", "b", "a", ""} {
		record := &kgo.Record{
			Topic: d.Settings.Kafka.Prefix + schemas.TopicDeadLetters, Value: []byte("x"), Timestamp: start.Add(time.Duration(i) * time.Minute),
		}
		if key != "" {
			record.Key = []byte(key)
		}
		require.NoError(t, d.Client.ProduceSync(t.Context(), record).FirstErr())
	}
	var keys string
	for _, l := range awaitLetters(t, d, 5) {
		keys += l.Key + " "
		require.Zero(t, l.SourceTime, "a letter that does not say when it came")
	}
	require.Equal(t, "d c b a  ", keys)
}

func TestRefusals(t *testing.T) {
	d := rolestest.New(t)
	prefix := d.Settings.Kafka.Prefix
	for _, id := range []string{"0:0", "nonsense", ""} {
		_, err := deadletters.Find(t.Context(), d.Client, prefix, id)
		require.ErrorIs(t, err, deadletters.ErrNoSuchLetter)
	}
	_, err := deadletters.Resend(t.Context(), d.Client, prefix, &deadletters.Letter{ID: "0:7"}, nil)
	require.ErrorContains(t, err, "sending dead letter 0:7 again: it does not say which topic it came from")
	_, err = deadletters.Resend(t.Context(), d.Client, prefix, &deadletters.Letter{ID: "0:7", SourceTopic: "gone"}, []byte("x"))
	require.ErrorContains(t, err, "sending dead letter 0:7 again to "+prefix+"gone: ")
	_, err = deadletters.List(t.Context(), d.Client, "elsewhere.")
	require.ErrorContains(t, err, "listing dead letters: asking where elsewhere.dead-letters starts: ")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = deadletters.List(ctx, d.Client, prefix)
	require.ErrorIs(t, err, context.Canceled)
}

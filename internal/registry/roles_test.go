package registry_test

import (
	"context"
	"encoding/binary"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/internal/roles"
	"waybill/internal/roles/rolestest"
	"waybill/internal/topiclog"
	"waybill/schemas"
)

// While the registry is away its records wait and nothing is dead-lettered; an
// id that it does not know, and a schema that is none of ours, are dead letters
// that name the id.
func TestTrackingWaitsForTheRegistry(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	r := open(t, f.URL())
	f.SeedSchema("mine", 1, 7, avro(own))
	f.SeedSchema("mine", 2, 8, avro(`{"type":"record","name":"Registration","fields":[]}`))
	f.fails.Store(http.StatusServiceUnavailable)

	d := rolestest.New(t)
	value, err := d.Codecs.Registration.Encode(&schemas.Registration{Tenant: "acme", Carrier: "sim", TrackingNumber: "A1", Backfill: schemas.BackfillNone})
	require.NoError(t, err)
	d.Codecs, err = schemas.Confluent{Registry: r}.NewCodecs()
	require.NoError(t, err)
	o := d.Options()
	o.Registry = r
	running, err := roles.New(o, roles.Tracking)
	require.NoError(t, err)
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	ended := make(chan error, 1)
	go func() { ended <- running.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		require.NoError(t, <-ended)
	})
	send := func(id uint32, body []byte) {
		d.Produce(t, schemas.TopicRegistrations, "sim:A1", append(binary.BigEndian.AppendUint32([]byte{0}, id), body...))
	}
	send(7, ownValue())
	send(9, nil)
	send(8, nil)
	d.Produce(t, schemas.TopicRegistrations, "sim:A1", value)
	require.Eventually(t, func() bool { return strings.Contains(r.Waiting(), "records wait for schema 7: ") }, patience, 10*time.Millisecond)
	require.Eventually(t, func() bool { return running.Ready() == nil }, patience, 10*time.Millisecond, "an instance that waits for the registry is not taken out")
	told := false
	for _, role := range running.Health().Roles {
		told = told || role.Name == "schema registry" && !role.Ready && role.Waits == r.Waiting()
	}
	require.True(t, told, "but it is said")
	require.Empty(t, all(t, d, schemas.TopicDeadLetters))

	f.fails.Store(0)
	require.Eventually(t, func() bool { return len(all(t, d, schemas.TopicShipments)) > 0 }, patience, 10*time.Millisecond)
	require.Eventually(t, func() bool { return len(all(t, d, schemas.TopicDeadLetters)) == 2 }, patience, 10*time.Millisecond)
	dead := all(t, d, schemas.TopicDeadLetters)
	require.Contains(t, cause(dead[0]), "has no schema 9")
	require.Contains(t, cause(dead[1]), "schema 8 of the schema registry is not compatible with version 2")
}

// own is the schema of a producer, who knows what is required alone.
const own = `{"type":"record","name":"Registration","fields":[
	{"name":"tracking_number","type":"string"},{"name":"carrier","type":"string"},{"name":"tenant","type":"string"}]}`

// ownValue is a registration under it.
func ownValue() []byte { return []byte("\x04A1\x06sim\x08acme") }

// all is what a topic holds.
func all(t *testing.T, d *rolestest.Deployment, topic string) (records []*kgo.Record) {
	t.Helper()
	err := topiclog.Whole(t.Context(), d.Client, d.Settings.Kafka.Prefix+topic, nil, func(r *kgo.Record) error {
		records = append(records, r)
		return nil
	})
	require.NoError(t, err)
	return records
}

func cause(r *kgo.Record) string {
	for _, h := range r.Headers {
		if h.Key == schemas.HeaderError {
			return string(h.Value)
		}
	}
	return ""
}

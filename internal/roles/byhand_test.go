package roles_test

import (
	"context"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/internal/roles"
	"waybill/internal/roles/rolestest"
	"waybill/schemas"
)

// register puts a registration, or an act by hand, on the log.
func register(t *testing.T, d *rolestest.Deployment, r *schemas.Registration) {
	t.Helper()
	r.Tenant, r.Backfill = "acme", schemas.BackfillNone
	key, err := schemas.ShipmentKey(r.Carrier, r.TrackingNumber)
	require.NoError(t, err)
	value, err := d.Codecs.Registration.Encode(r)
	require.NoError(t, err)
	d.Produce(t, schemas.TopicRegistrations, key, value)
}

// await reads a topic from its beginning, what was committed of it, until a
// record is the one that is wanted, and returns all up to that.
func await[T any](t *testing.T, d *rolestest.Deployment, topic string, codec *schemas.Codec[T], wanted func(*T) bool) (all []*T) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	client, err := kgo.NewClient(append(d.Kafka(), kgo.ConsumeTopics(d.Settings.Kafka.Prefix+topic), kgo.FetchIsolationLevel(kgo.ReadCommitted()))...)
	require.NoError(t, err)
	defer client.Close()
	for {
		fetches := client.PollFetches(ctx)
		require.NoError(t, fetches.Err0(), "waiting for a record of %s", topic)
		for r := range fetches.RecordsAll() {
			v, err := codec.Decode(r.Value)
			require.NoError(t, err)
			if all = append(all, v); wanted(v) {
				return all
			}
		}
	}
}

// R8: the job counts what tracking let in, and tracking refuses by its count.
func TestQuotaRefuses(t *testing.T) {
	file := filepath.Join(t.TempDir(), "quotas.yaml")
	require.NoError(t, os.WriteFile(file, []byte("tenants: {acme: 1}"), 0o600))
	d := rolestest.New(t, "--quotas", file, "--reorder-hold", "0s")
	d.Run(t, roles.Tracking, roles.Quotas)

	register(t, d, &schemas.Registration{Carrier: "c", TrackingNumber: "A0"})
	rows := await(t, d, schemas.TopicQuotas, d.Codecs.Quota, func(q *schemas.Quota) bool { return q.Exhausted })
	require.EqualValues(t, 1, rows[len(rows)-1].Used)

	tries := 0 // the table takes a moment to be read; each try is for another parcel
	require.Eventually(t, func() bool {
		tries++
		number := "A" + strconv.Itoa(tries)
		register(t, d, &schemas.Registration{Carrier: "c", TrackingNumber: number})
		all := await(t, d, schemas.TopicShipments, d.Codecs.Shipment, func(s *schemas.Shipment) bool { return s.TrackingNumber == number })
		return all[len(all)-1].Registrations[0].State == "refused"
	}, 5*time.Minute, 10*time.Millisecond, "nothing is refused")
	events := await(t, d, schemas.TopicTrackingEvents, d.Codecs.TrackingEvent, func(e *schemas.TrackingEvent) bool { return e.Type == schemas.TypeRefused })
	require.Equal(t, "1", events[len(events)-1].Evidence["limit"])
}

// R7: a change of carrier makes a registration at the new key, wherever that
// lies, through the topic registrations.
func TestChangeOfCarrierGoesRound(t *testing.T) {
	d := rolestest.New(t, "--reorder-hold", "0s")
	d.Run(t, roles.Tracking)
	for _, number := range []string{"A2", "B2", "C2", "D2"} { // on several partitions
		register(t, d, &schemas.Registration{Carrier: "one", TrackingNumber: number, Metadata: "m" + number})
		register(t, d, &schemas.Registration{Carrier: "one", TrackingNumber: number, Action: schemas.ActionChangeCarrier, NewCarrier: "two"})
		all := await(t, d, schemas.TopicShipments, d.Codecs.Shipment, func(s *schemas.Shipment) bool {
			return s.Carrier == "two" && s.TrackingNumber == number
		})
		require.Equal(t, "m"+number, all[len(all)-1].Registrations[0].Metadata)
	}
	units := await(t, d, schemas.TopicUsage, d.Codecs.Usage, func(u *schemas.Usage) bool { return u.TrackingNumber == "D2" })
	require.Len(t, units, 4, "the new registrations are not charged")
}

package api_test

import (
	"fmt"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/connectors/api"
	"waybill/connectors/publish"
	"waybill/internal/roles"
	"waybill/internal/roles/rolestest"
	"waybill/internal/topiclog"
	"waybill/schemas"
)

// The id that is answered is the one that tracking uses, also for a number that
// is followed already, whatever its idempotency key; and what is asked by hand
// reaches it.
func TestAnsweredIDIsTracking(t *testing.T) {
	k := makeKeys(t)
	d := rolestest.New(t, "--reorder-hold", "0s")
	d.Run(t, roles.Tracking)
	s := serve(t, d, k)
	parcel := one(`{"carrier": "sim-post", "tracking_number": "A1", "reference": "first"}`)
	idOf := func(headers ...string) string {
		got := s.get(t, http.StatusAccepted, k.registers, http.MethodPost, trackings, parcel, headers...)
		return got["trackings"].([]any)[0].(map[string]any)["registration_id"].(string)
	}
	id := idOf("Idempotency-Key", "one")
	require.Equal(t, id, idOf("Idempotency-Key", "one"))
	require.Equal(t, id, idOf("Idempotency-Key", "two"))
	require.Equal(t, id, idOf())
	s.get(t, http.StatusAccepted, k.registers, http.MethodPost, trackings+"/sim-post/A1/stop", `{"reason": "cancelled"}`)
	require.EventuallyWithT(t, func(ct *assert.CollectT) {
		found := standing(t, d, "sim-post", "A1")
		if !assert.NotNil(ct, found) || !assert.Len(ct, found.Registrations, 1) {
			return
		}
		assert.Equal(ct, id, found.Registrations[0].RegistrationID)
		assert.Equal(ct, "stopped", found.Registrations[0].State)
	}, 5*time.Minute, 20*time.Millisecond)

	idOf("Idempotency-Key", "three") // what was stopped is followed again, in a new window
	require.Eventually(t, func() bool {
		found := standing(t, d, "sim-post", "A1")
		return len(found.Registrations) == 2 && found.Registrations[1].State == "active"
	}, 5*time.Minute, 20*time.Millisecond)
}

// standing is a shipment as the topic says last.
func standing(t testing.TB, d *rolestest.Deployment, carrier, number string) *schemas.Shipment {
	t.Helper()
	var last *schemas.Shipment
	err := topiclog.Whole(t.Context(), d.Client, d.Settings.Kafka.Prefix+schemas.TopicShipments, nil, func(r *kgo.Record) error {
		v, err := d.Codecs.Shipment.Decode(r.Value)
		if err == nil && v.Carrier == carrier && v.TrackingNumber == number {
			last = v
		}
		return err
	})
	require.NoError(t, err)
	return last
}

// A server that stops under load ends what it took: each parcel that was answered
// as accepted is on the log.
func TestStopLosesNothingAccepted(t *testing.T) {
	k := makeKeys(t)
	s := serve(t, rolestest.New(t), k)
	var mu sync.Mutex
	accepted := make(map[string]bool)
	var load sync.WaitGroup
	for sender := range 8 {
		load.Go(func() {
			for n := 0; ; n++ {
				number := fmt.Sprintf("S%dN%d", sender, n)
				r, err := send(s.request(t, k.registers, http.MethodPost, trackings, one(`{"carrier": "sim-post", "tracking_number": "`+number+`"}`)))
				if err != nil {
					return // the server has gone
				}
				if r.Status == http.StatusAccepted {
					mu.Lock()
					accepted[number] = true
					mu.Unlock()
				}
			}
		})
	}
	require.Eventually(t, func() bool {
		mu.Lock()
		defer mu.Unlock()
		return len(accepted) > 200
	}, 5*time.Minute, time.Millisecond)
	s.stop()
	load.Wait()
	for _, r := range registrations(t, s.Deployment) {
		delete(accepted, r.TrackingNumber)
	}
	require.Empty(t, accepted)
}

// Without Kafka nothing is told as accepted, and clients are told to come again.
func TestRegisterWithoutKafka(t *testing.T) {
	k := makeKeys(t)
	away, err := kgo.NewClient(append(publish.Options(), kgo.SeedBrokers("127.0.0.1:1"))...)
	require.NoError(t, err)
	defer away.Close()
	s := serve(t, rolestest.New(t), k, func(c *api.Config) {
		c.CommandWait = 100 * time.Millisecond
		c.Publisher = &publish.Publisher{Kafka: away, Codecs: c.Publisher.Codecs, Carriers: c.Carriers}
	})
	for path, body := range map[string]string{
		trackings: one(`{"carrier": "sim-post", "tracking_number": "1"}`), "/tracks": `{"carrier": "sim-post", "tracking_number": "1"}`, trackings + "/sim-post/1/stop": `{}`,
	} {
		r := s.do(t, k.registers, http.MethodPost, path, body)
		require.Equal(t, http.StatusServiceUnavailable, r.Status, path)
		require.Equal(t, "1", r.Header.Get("Retry-After"))
		require.Contains(t, r.decoded(t)["detail"], "Kafka has not acknowledged all of it; ask again")
	}
}

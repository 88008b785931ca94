package roles_test

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/internal/roles"
	"waybill/internal/roles/rolestest"
	"waybill/internal/topiclog"
	"waybill/schemas"
)

// A webhook of a carrier that was answered with 200 is on the log, whenever the
// process is told to stop.
func TestInboundLosesNothing(t *testing.T) {
	file := filepath.Join(t.TempDir(), "accounts.yaml")
	require.NoError(t, os.WriteFile(file, []byte("accounts: [{name: shop, tenant: acme, source: shippo, inbound: {scheme: bearer, secrets: [{env: INBOUND_TOKEN}]}}]"), 0o600))
	t.Setenv("INBOUND_TOKEN", "token of the test")
	d := rolestest.New(t, "--accounts", file)
	o, _ := apiOptions(t, d)
	r, err := roles.New(o, roles.API, roles.Endpoints)
	require.NoError(t, err)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	ended := make(chan error, 1)
	go func() { ended <- r.Run(ctx) }()
	require.Eventually(t, func() bool { return r.Ready() == nil }, 5*time.Minute, 5*time.Millisecond)

	target := "http://" + o.API.Listener.Addr().String() + "/in/shippo"
	var taken sync.Map
	var count atomic.Int64
	var senders sync.WaitGroup
	for sender := range 8 {
		senders.Go(func() {
			client := &http.Client{Transport: &http.Transport{}}
			defer client.CloseIdleConnections()
			for i := 0; ; i++ {
				number := fmt.Sprintf("%d-%d", sender, i)
				body := fmt.Appendf(nil, `{"event":"track_updated","data":{"carrier":"usps","tracking_number":%q,"tracking_history":[{"status":"TRANSIT","status_date":"2026-03-01T10:00:00Z"}]}}`, number)
				q, err := http.NewRequestWithContext(context.WithoutCancel(t.Context()), http.MethodPost, target, bytes.NewReader(body))
				if err != nil {
					return
				}
				q.Header.Set("Authorization", "Bearer token of the test")
				answer, err := client.Do(q)
				if err != nil {
					return // it has stopped
				}
				if answer.Body.Close() == nil && answer.StatusCode == http.StatusOK {
					taken.Store(schemas.CanonicalNumber(number), true)
					count.Add(1)
				}
			}
		})
	}
	require.Eventually(t, func() bool { return count.Load() > 200 }, 5*time.Minute, time.Millisecond)
	stop()
	senders.Wait()
	require.NoError(t, <-ended)

	require.NoError(t, topiclog.Whole(t.Context(), d.Client, d.Settings.Kafka.Prefix+schemas.TopicCarrierEvents, nil, func(r *kgo.Record) error {
		e, err := d.Codecs.CarrierEvent.Decode(r.Value)
		if err == nil {
			taken.Delete(schemas.CanonicalNumber(e.TrackingNumber))
		}
		return err
	}))
	taken.Range(func(number, _ any) bool {
		t.Errorf("%s was answered with 200 and is not on the log", number)
		return true
	})
}

// A secret that is not there is said at the start.
func TestInboundNeedsItsSecrets(t *testing.T) {
	file := filepath.Join(t.TempDir(), "accounts.yaml")
	require.NoError(t, os.WriteFile(file, []byte("accounts: [{name: shop, tenant: acme, source: shippo, inbound: {secrets: [{env: NO_SUCH_SECRET}]}}]"), 0o600))
	o, _ := apiOptions(t, rolestest.New(t, "--accounts", file))
	_, err := roles.New(o, roles.API)
	require.ErrorContains(t, err, "setting up api: taking webhooks of carriers: account shop of tenant acme: reading a secret: env NO_SUCH_SECRET is empty")
}

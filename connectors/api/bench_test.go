package api_test

import (
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/connectors/api"
	"waybill/connectors/publish"
	"waybill/internal/roles"
	"waybill/internal/roles/rolestest"
	"waybill/schemas"
)

// How long a command takes over HTTP, from a client's side.
func BenchmarkCommand(b *testing.B) {
	k, d := makeKeys(b), rolestest.New(b)
	d.Run(b, roles.Endpoints)
	s := serve(b, d, k)
	made := s.get(b, http.StatusCreated, k.shop, http.MethodPost, endpoints, map[string]any{"url": "http://127.0.0.1:1/", "skip_test": true})
	path := endpoints + "/" + made["endpoint_id"].(string) + "/disable"
	var mu sync.Mutex
	var took []time.Duration
	b.SetParallelism(4)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			begun := time.Now()
			answer, err := http.DefaultClient.Do(s.request(b, k.shop, http.MethodPost, path, nil))
			require.NoError(b, err)
			_, err = io.Copy(io.Discard, answer.Body)
			require.NoError(b, err)
			require.NoError(b, answer.Body.Close())
			require.Equal(b, http.StatusOK, answer.StatusCode)
			mu.Lock()
			took = append(took, time.Since(begun))
			mu.Unlock()
		}
	})
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
}

// How many parcels are followed over HTTP, a thousand in a request, from the
// client's side, beside a bare producer of the same records. Client, server and
// Kafka share the process.
func BenchmarkRegister(b *testing.B) {
	k, d := makeKeys(b), rolestest.New(b)
	client, err := kgo.NewClient(append(publish.Options(), d.Kafka()...)...)
	require.NoError(b, err)
	b.Cleanup(client.Close)
	s := serve(b, d, k, func(c *api.Config) {
		c.Rate, c.Logger = 1e9, slog.New(slog.DiscardHandler)
		publisher := *c.Publisher
		publisher.Kafka = client
		c.Publisher = &publisher
	})
	const size = 1000
	var items []string
	var records []*kgo.Record
	for i := range size {
		items = append(items, fmt.Sprintf(`{"carrier": "royal-mail", "tracking_number": "ZW%09dGB", "reference": "order-%d", "destination": {"country": "GB"}}`, i, i))
	}
	body := one(strings.Join(items, ","))
	require.Equal(b, http.StatusAccepted, s.do(b, k.registers, http.MethodPost, trackings, body).Status)
	for _, r := range registrations(b, d) {
		value, err := d.Codecs.Registration.Encode(r)
		require.NoError(b, err)
		records = append(records, &kgo.Record{Topic: d.Settings.Kafka.Prefix + schemas.TopicRegistrations, Key: []byte(r.Carrier + ":" + r.TrackingNumber), Value: value})
	}
	b.Run("api", func(b *testing.B) {
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				answer, err := http.DefaultClient.Do(s.request(b, k.registers, http.MethodPost, trackings, body))
				require.NoError(b, err)
				_, err = io.Copy(io.Discard, answer.Body)
				require.NoError(b, err)
				require.NoError(b, answer.Body.Close())
				require.Equal(b, http.StatusAccepted, answer.StatusCode)
			}
		})
		b.ReportMetric(float64(b.N)*size/b.Elapsed().Seconds(), "registrations/s")
	})
	b.Run("bare", func(b *testing.B) {
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				batch := make([]*kgo.Record, len(records))
				for i, r := range records {
					again := *r
					batch[i] = &again
				}
				require.NoError(b, client.ProduceSync(b.Context(), batch...).FirstErr())
			}
		})
		b.ReportMetric(float64(b.N)*size/b.Elapsed().Seconds(), "registrations/s")
	})
}

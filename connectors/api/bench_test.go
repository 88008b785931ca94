package api_test

import (
	"io"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"waybill/internal/roles"
	"waybill/internal/roles/rolestest"
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

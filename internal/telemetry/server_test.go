package telemetry_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"waybill/internal/telemetry"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestServe(t *testing.T) {
	listener, err := telemetry.Listen(t.Context(), "127.0.0.1:0")
	require.NoError(t, err)
	var restored atomic.Bool
	ready := func() error {
		if restored.Load() {
			return nil
		}
		return errors.New("restoring 3 of 12 partitions")
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() {
		done <- telemetry.Serve(ctx, listener, telemetry.NewRegistry(), ready)
	}()
	base := "http://" + listener.Addr().String()

	require.Equal(t, http.StatusOK, get(t, base+"/healthz", "ok"))
	require.Equal(t, http.StatusServiceUnavailable, get(t, base+"/readyz", "restoring 3 of 12"))
	restored.Store(true)
	require.Equal(t, http.StatusOK, get(t, base+"/readyz", "ready"))
	require.Equal(t, http.StatusOK, get(t, base+"/metrics", "go_goroutines"))
	require.Equal(t, http.StatusNotFound, get(t, base+"/", ""))

	_, err = telemetry.Listen(t.Context(), listener.Addr().String())
	require.ErrorContains(t, err, "--http-listen")
	http.DefaultClient.CloseIdleConnections()
	cancel()
	require.NoError(t, <-done)
}

func get(t *testing.T, url, want string) int {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	require.NoError(t, err)
	resp, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	defer func() { require.NoError(t, resp.Body.Close()) }()
	body, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	require.Contains(t, string(body), want)
	return resp.StatusCode
}

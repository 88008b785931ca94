package telemetry_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"waybill/internal/telemetry"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestServe(t *testing.T) {
	listener, err := telemetry.Listen(t.Context(), "127.0.0.1:0")
	require.NoError(t, err)
	var restored atomic.Bool
	behind := 1.5
	health := func() telemetry.Health {
		tracking := telemetry.Role{Name: "tracking", Ready: restored.Load(), LagSeconds: &behind}
		if !tracking.Ready {
			tracking.Waits = "3 of 12 partitions"
		}
		return telemetry.NewHealth([]telemetry.Role{tracking, {Name: "sink", Waits: "no ClickHouse", Aside: true}})
	}
	stop := run(t, func(ctx context.Context) error {
		return telemetry.Serve(ctx, listener, telemetry.NewRegistry("v1.2.3"), health)
	})
	base := "http://" + listener.Addr().String()

	require.Equal(t, http.StatusOK, get(t, base+"/healthz", "ok"))
	require.Equal(t, http.StatusServiceUnavailable, get(t, base+"/readyz", "tracking is not ready: 3 of 12 partitions\n"))
	const sink = `{"name":"sink","ready":false,"waits_for":"no ClickHouse","aside":true}`
	require.Equal(t, http.StatusServiceUnavailable, get(t, base+"/readyz?format=json",
		`{"ready":false,"roles":[{"name":"tracking","ready":false,"waits_for":"3 of 12 partitions","lag_seconds":1.5},`+sink+"]}"))
	restored.Store(true)
	require.Equal(t, http.StatusOK, get(t, base+"/readyz", "ready\n"))
	require.Equal(t, http.StatusOK, get(t, base+"/readyz?format=json", `{"ready":true,"roles":[{"name":"tracking","ready":true,"lag_seconds":1.5},`+sink+"]}"))
	require.Equal(t, http.StatusOK, get(t, base+"/metrics", "go_goroutines"))
	require.Equal(t, http.StatusOK, get(t, base+"/metrics", `version="v1.2.3"} 1`))
	require.Equal(t, http.StatusNotFound, get(t, base+"/", ""))
	require.Equal(t, http.StatusNotFound, get(t, base+"/debug/pprof/", ""), "profiles have an address of their own")

	_, err = telemetry.Listen(t.Context(), listener.Addr().String())
	require.ErrorContains(t, err, "--http-listen")
	stop()
}

// Profiles are this machine's unless a host is named.
func TestServeDebug(t *testing.T) {
	listener, err := telemetry.ListenDebug(t.Context(), ":0")
	require.NoError(t, err)
	require.Regexp(t, `^127\.0\.0\.1:`, listener.Addr().String())
	stop := run(t, func(ctx context.Context) error { return telemetry.ServeDebug(ctx, listener) })
	base := "http://" + listener.Addr().String()
	require.Equal(t, http.StatusOK, get(t, base+"/debug/pprof/", "goroutine"))
	require.Equal(t, http.StatusOK, get(t, base+"/debug/pprof/goroutine?debug=1", "TestServeDebug"))
	require.Equal(t, http.StatusOK, get(t, base+"/debug/trace", "go 1."))
	require.Equal(t, http.StatusNotFound, get(t, base+"/debug/pprof/cmdline", ""), "a command line may hold a password")
	require.Equal(t, http.StatusNotFound, get(t, base+"/metrics", ""))
	_, err = telemetry.ListenDebug(t.Context(), listener.Addr().String())
	require.ErrorContains(t, err, "--http-debug-listen")
	_, err = telemetry.ListenDebug(t.Context(), "6060")
	require.ErrorContains(t, err, "missing port")
	stop()
}

// A profile that takes long is cut off at the end, and is no failure.
func TestStopCutsProfilesOff(t *testing.T) {
	listener, err := telemetry.ListenDebug(t.Context(), "127.0.0.1:0")
	require.NoError(t, err)
	stop := run(t, func(ctx context.Context) error { return telemetry.ServeDebug(ctx, listener) })
	base := "http://" + listener.Addr().String()
	cut := make(chan error, 1)
	go func() {
		response, err := http.Get(base + "/debug/pprof/profile?seconds=600")
		if err == nil {
			err = response.Body.Close()
		}
		cut <- err
	}()
	require.Eventually(t, func() bool {
		response, err := http.Get(base + "/debug/pprof/goroutine?debug=1")
		if err != nil {
			return false
		}
		body, err := io.ReadAll(response.Body)
		return err == nil && response.Body.Close() == nil && strings.Contains(string(body), "pprof.Profile")
	}, 5*time.Minute, time.Millisecond, "the profile is being taken")
	stop()
	require.Error(t, <-cut)
}

// run runs a server until the returned function is called.
func run(t *testing.T, serve func(context.Context) error) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- serve(ctx) }()
	return func() {
		http.DefaultClient.CloseIdleConnections()
		cancel()
		require.NoError(t, <-done)
	}
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

package telemetry

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/pprof"
	"runtime/trace"
	"time"
)

// What the flight recorder holds: at least so many seconds, unless they take
// more memory than that.
const (
	recordedAge   = 10 * time.Second
	recordedBytes = 16 << 20
)

// ListenDebug takes the address of the profiles. Without a host it is one of
// this machine alone: profiles tell what the program holds and does.
func ListenDebug(ctx context.Context, address string) (net.Listener, error) {
	host, port, err := net.SplitHostPort(address)
	if err == nil {
		if host == "" {
			host = "127.0.0.1"
		}
		var config net.ListenConfig
		var listener net.Listener
		if listener, err = config.Listen(ctx, "tcp", net.JoinHostPort(host, port)); err == nil {
			return listener, nil
		}
	}
	return nil, fmt.Errorf("listening for profiles: %w; choose another address with --http-debug-listen, or none", err)
}

// ServeDebug answers profilers on the listener until ctx is done: pprof below
// /debug/pprof/, and at /debug/trace the execution trace of the last seconds, from
// a recorder that runs meanwhile. A profile that is being taken at the end is cut
// off.
func ServeDebug(ctx context.Context, listener net.Listener) error {
	recorder := trace.NewFlightRecorder(trace.FlightRecorderConfig{MinAge: recordedAge, MaxBytes: recordedBytes})
	if err := recorder.Start(); err != nil {
		return fmt.Errorf("starting the recorder of /debug/trace: %w", err)
	}
	defer recorder.Stop()
	if err := serve(ctx, listener, debugHandler(recorder)); err != nil {
		return fmt.Errorf("serving profiles: %w", err)
	}
	return nil
}

// debugHandler leaves /debug/pprof/cmdline out: a command line may hold a
// password.
func debugHandler(recorder *trace.FlightRecorder) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /debug/pprof/", pprof.Index)
	mux.HandleFunc("GET /debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("GET /debug/pprof/symbol", pprof.Symbol)
	mux.HandleFunc("GET /debug/pprof/trace", pprof.Trace)
	mux.HandleFunc("GET /debug/trace", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/octet-stream")
		w.Header().Set("Content-Disposition", `attachment; filename="waybill.trace"`)
		if _, err := recorder.WriteTo(w); err != nil { // it was cut off, or another asks: nothing was written then
			http.Error(w, "writing the trace: "+err.Error(), http.StatusServiceUnavailable)
		}
	})
	return mux
}

package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"golang.org/x/sync/errgroup"
	"golang.org/x/sync/semaphore"
)

// Bounds of a connection. An answer may take as long as the longest wait that a
// client can ask for, and a command.
const (
	headerTimeout  = 5 * time.Second
	readTimeout    = 15 * time.Second
	writeTimeout   = 60 * time.Second
	idleTimeout    = 2 * time.Minute
	maxHeaderBytes = 16 << 10
	// drainTimeout is how long requests in hand may take when the API stops.
	drainTimeout = 15 * time.Second
)

// API answers requests of tenants.
type API struct {
	cfg      Config
	all      []route
	limits   *limits
	guesses  *guesses
	room     *room
	replays  replays
	metrics  *metrics
	document json.RawMessage
	inHand   *semaphore.Weighted // registrations that Kafka has not acknowledged yet
	waiting  chan struct{}       // one in it for each client that waits for something new
	stopping chan struct{}       // closed when it stops: such waits end
}

// New makes an API; Serve makes it answer.
func New(c Config) (*API, error) {
	c, err := c.withDefaults()
	if err != nil {
		return nil, err
	}
	a := &API{
		cfg: c, limits: newLimits(c.Rate), guesses: newGuesses(c.WrongKeys), room: newRoom(), replays: replays{under: make(map[string]bool)},
		inHand: semaphore.NewWeighted(maxInHand), waiting: make(chan struct{}, maxWaiting), stopping: make(chan struct{}),
	}
	if a.document, err = document(); err != nil {
		return nil, err
	}
	a.all = a.routes()
	a.metrics, err = newMetrics(c.Registerer, a.all, func() int { return len(a.waiting) }, a.room.taken)
	return a, err
}

// Serve answers on the listener until ctx is done, and then ends what is in
// hand: no request that was taken is lost.
func (a *API) Serve(ctx context.Context, listener net.Listener) error {
	bounded := newBounded(listener, a.cfg.Connections, a.cfg.Proxies, a.metrics)
	server := &http.Server{
		Handler: a.cfg.Proxies.see(a.handler()), ReadHeaderTimeout: headerTimeout, ReadTimeout: readTimeout, WriteTimeout: writeTimeout,
		IdleTimeout: idleTimeout, MaxHeaderBytes: maxHeaderBytes,
		ErrorLog: slog.NewLogLogger(a.cfg.Logger.Handler(), slog.LevelDebug), // of clients that break off
	}
	recording, end := context.WithCancel(context.WithoutCancel(ctx)) // what is in hand is recorded to the last
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return a.cfg.Audit.Run(recording) })
	g.Go(func() error {
		if err := server.Serve(bounded); !errors.Is(err, http.ErrServerClosed) {
			return fmt.Errorf("serving the API: %w", err)
		}
		return nil
	})
	g.Go(func() error {
		defer end()
		<-ctx.Done()
		close(a.stopping)
		grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainTimeout)
		defer cancel()
		if err := server.Shutdown(grace); err != nil {
			return errors.Join(fmt.Errorf("ending the requests in hand: %w", err), server.Close())
		}
		return nil
	})
	return g.Wait()
}

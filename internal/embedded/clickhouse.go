package embedded

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"sync"

	"waybill/internal/ports"
)

// portAttempts is how often StartClickHouse tries other free ports when someone
// took those it had chosen.
const portAttempts = 5

// ClickHouseOptions says how to run the embedded ClickHouse.
type ClickHouseOptions struct {
	// DataDir is where the server keeps everything. Required.
	DataDir string
	// TCPPort is the loopback port of the native protocol, HTTPPort that of
	// HTTP. 0: a free one.
	TCPPort, HTTPPort int
	// Library is the path of the ClickHouse library. Empty: see FindLibrary.
	Library string
	// MaxMemoryBytes bounds the server's memory. 0: its own limit, nine tenths
	// of the machine's.
	MaxMemoryBytes int64
	// Logger receives the news of the server's life. Nil: none.
	Logger *slog.Logger
}

// ClickHouse is a running ClickHouse server on loopback, with a user `default`
// that has no password and may do everything.
type ClickHouse struct {
	server   clickHouseServer
	log      *slog.Logger
	addr     string
	httpAddr string
	done     chan struct{} // closed when it has ended for good

	mu     sync.Mutex
	child  *child // the one that runs, or ran last
	closed bool
	err    error // why it was not started again
}

// StartClickHouse starts ClickHouse in a child process and returns when it
// answers. ctx bounds the start, not the life. The child ends with this process,
// however that ends, and what was inserted survives the end of either.
//
// The main of the program must hand EngineCommand to RunEngine. Errors wrap
// ErrNoLibrary when there is no library for it.
func StartClickHouse(ctx context.Context, o ClickHouseOptions) (*ClickHouse, error) {
	c, err := startClickHouse(ctx, o, ports.Free)
	if err != nil {
		return nil, fmt.Errorf("starting embedded ClickHouse: %w", err)
	}
	return c, nil
}

// startClickHouse takes the ports that are not set from choose.
func startClickHouse(ctx context.Context, o ClickHouseOptions, choose func() (int, error)) (*ClickHouse, error) {
	if o.DataDir == "" {
		return nil, errors.New("no data directory is set")
	}
	dir, err := filepath.Abs(o.DataDir)
	if err != nil {
		return nil, fmt.Errorf("resolving data directory: %w", err)
	}
	library, err := FindLibrary(o.Library)
	if err != nil {
		return nil, err
	}
	o.DataDir, o.Library, o.Logger = dir, library, orDiscard(o.Logger)
	fixed := o.TCPPort != 0 || o.HTTPPort != 0
	for attempt := 1; ; attempt++ {
		c, err := tryClickHouse(ctx, o, choose)
		if err == nil || fixed || attempt == portAttempts || !errors.Is(err, errPortTaken) {
			return c, err
		}
	}
}

// tryClickHouse starts the server once.
func tryClickHouse(ctx context.Context, o ClickHouseOptions, choose func() (int, error)) (*ClickHouse, error) {
	server := clickHouseServer{
		library: o.Library, dataDir: o.DataDir, name: instanceName(),
		tcpPort: o.TCPPort, httpPort: o.HTTPPort, maxMemory: o.MaxMemoryBytes,
	}
	for _, port := range []*int{&server.tcpPort, &server.httpPort} {
		if *port != 0 {
			continue
		}
		free, err := choose()
		if err != nil {
			return nil, err
		}
		*port = free
	}
	child, err := startChild(o.Logger, server.args())
	if err != nil {
		return nil, err
	}
	c := &ClickHouse{
		server: server, log: o.Logger, child: child, done: make(chan struct{}),
		addr: ports.Loopback(server.tcpPort), httpAddr: ports.Loopback(server.httpPort),
	}
	if err := c.awaitReady(ctx, child); err != nil {
		return nil, err
	}
	o.Logger.Info("embedded ClickHouse is ready", "addr", c.addr, "http", c.httpAddr, "data", o.DataDir, "library", o.Library)
	go c.watchOver()
	return c, nil
}

// Addr returns the address of the native protocol, host:port.
func (c *ClickHouse) Addr() string { return c.addr }

// HTTPAddr returns the address of HTTP, host:port.
func (c *ClickHouse) HTTPAddr() string { return c.httpAddr }

// PID is the number of the server's process. A server that crashed and was
// started again has another.
func (c *ClickHouse) PID() int { return c.current().command.Process.Pid }

// Done is closed when the server has ended for good, asked or not.
func (c *ClickHouse) Done() <-chan struct{} { return c.done }

// Err returns why the server ended of itself, with the last it said. It is nil
// while it runs and after Close.
func (c *ClickHouse) Err() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	select {
	case <-c.done:
	default:
		return nil
	}
	switch {
	case c.closed:
		return nil
	case c.err != nil:
		return c.err
	}
	return c.child.failure()
}

// Close stops the server and waits until it has ended. It can be called more
// than once.
func (c *ClickHouse) Close() error {
	c.mu.Lock()
	c.closed = true
	child := c.child
	c.mu.Unlock()
	err := child.stop()
	<-c.done
	return err
}

func (c *ClickHouse) current() *child {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.child
}

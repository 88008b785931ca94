package demo

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"

	"waybill/internal/endpointclient"
	"waybill/internal/ports"
	"waybill/sinks/webhook"
	"waybill/sinks/webhook/listener"
)

// identity is what a demo that goes on after a kill must know of before: where
// its receiver was and how it is told.
type identity struct {
	Port       int    `json:"port"`
	Secret     string `json:"secret"`
	EndpointID string `json:"endpoint_id"`
	CommandID  string `json:"command_id"`
}

// receiver takes the demo's webhooks and writes down what it verified, so that
// a kill forgets none.
type receiver struct {
	identity
	listener *listener.Listener
	socket   net.Listener

	mu     sync.Mutex
	ledger *os.File
	err    error // the first failure to write
}

// ledgerLine is one verified webhook.
type ledgerLine struct {
	Path           string `json:"path"`
	ID             string `json:"id"`
	Type           string `json:"type"`
	Sequence       int64  `json:"sequence"`
	RegistrationID string `json:"registration_id"`
}

// openReceiver goes on with the receiver of an earlier run in the folder, or
// begins a new one.
func openReceiver(ctx context.Context, dir string) (*receiver, error) {
	r := &receiver{}
	path := filepath.Join(dir, "receiver.json")
	text, err := os.ReadFile(path)
	switch {
	case err == nil:
		if err := json.Unmarshal(text, &r.identity); err != nil {
			return nil, fmt.Errorf("reading %s: %w; remove the folder to begin anew", path, err)
		}
	case errors.Is(err, os.ErrNotExist):
		if r.Secret, err = webhook.NewSecret(rand.Reader); err != nil {
			return nil, err
		}
		r.EndpointID, r.CommandID = endpointclient.NewID("ep_"), endpointclient.NewID("cmd_")
	default:
		return nil, fmt.Errorf("reading the receiver of an earlier run: %w", err)
	}
	if r.socket, err = r.listen(ctx); err != nil {
		return nil, fmt.Errorf("listening for webhooks: %w", err)
	}
	r.Port = ports.Of(r.socket)
	if err = r.save(path); err == nil {
		err = r.openLedger(filepath.Join(dir, "received.ndjson"))
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("opening the receiver's ledger: %w", err), r.socket.Close())
	}
	return r, nil
}

// listen listens where the receiver was before, or on a port that it can have
// again later.
func (i *identity) listen(ctx context.Context) (net.Listener, error) {
	if i.Port == 0 {
		return ports.Listen(ctx)
	}
	return new(net.ListenConfig).Listen(ctx, "tcp", ports.Loopback(i.Port))
}

// save writes the identity in one step: a kill leaves the old file or the new.
func (i *identity) save(path string) error {
	text, err := json.Marshal(i) //nolint:gosec // G117: the file is where the secret is kept
	if err != nil {
		return err
	}
	if err := os.WriteFile(path+".new", text, 0o600); err != nil {
		return err
	}
	return os.Rename(path+".new", path)
}

// openLedger reads what earlier runs verified and goes on after it.
func (r *receiver) openLedger(path string) error {
	ledger, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	r.ledger = ledger
	var earlier []listener.Call
	d := json.NewDecoder(ledger)
	whole := d.InputOffset()
	for {
		var l ledgerLine
		if err := d.Decode(&l); err != nil {
			break // the end, or a line that a kill cut off: that call was never answered and comes again
		}
		whole = d.InputOffset()
		earlier = append(earlier, listener.Call{Path: l.Path, ID: l.ID, Type: l.Type, Sequence: l.Sequence, RegistrationID: l.RegistrationID})
	}
	if err := ledger.Truncate(whole); err != nil {
		return err
	}
	r.listener, err = listener.New(listener.Options{Secrets: []string{r.Secret}, Earlier: earlier, OnCall: r.record})
	return err
}

// record writes a verified call down before it is answered.
func (r *receiver) record(c listener.Call) {
	if c.Err != nil || c.Again {
		return
	}
	line, err := json.Marshal(ledgerLine{c.Path, c.ID, c.Type, c.Sequence, c.RegistrationID})
	r.mu.Lock()
	defer r.mu.Unlock()
	if err == nil {
		_, err = r.ledger.Write(append(line, '\n'))
	}
	if r.err == nil {
		r.err = err
	}
}

// url is where the demo's endpoint leads.
func (r *receiver) url() string { return fmt.Sprintf("http://127.0.0.1:%d/", r.Port) }

// serve answers until ctx is done.
func (r *receiver) serve(ctx context.Context) error {
	server := &http.Server{Handler: r.listener, ReadHeaderTimeout: 10 * time.Second}
	stop := context.AfterFunc(ctx, func() { _ = server.Close() })
	defer stop()
	if err := server.Serve(r.socket); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("receiving webhooks: %w", err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.err
}

func (r *receiver) close() {
	_ = r.socket.Close() // closed already where it was served
	_ = r.ledger.Close() // what was written is with the system
}

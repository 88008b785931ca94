package tlsdial

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"sync"
	"time"
)

// patience bounds a connection and its handshake. A server that expects no TLS
// may wait for ever for the rest of what it takes for a request.
const patience = 5 * time.Second

// Files name certificates in PEM.
type Files struct {
	// CA may vouch for servers; empty: those of the system may.
	CA string
	// Cert and Key are the client's own; empty: it has none.
	Cert, Key string
	// ServerName is what the server's certificate must bear; empty: the host
	// that is dialled.
	ServerName string
}

// Dialer connects with TLS. It may be used by several goroutines at a time.
type Dialer struct {
	service string
	files   Files
	log     *slog.Logger

	mu   sync.Mutex
	last *tls.Config // what the files held when they could last be read
}

// New makes a dialer for a service, named as its flags are: kafka, clickhouse.
// Files that cannot be read are an error of the first connection, which says
// which.
func New(service string, files Files, log *slog.Logger) *Dialer {
	return &Dialer{service: service, files: files, log: log}
}

// DialContext connects to addr, host:port, and shakes hands.
func (d *Dialer) DialContext(ctx context.Context, network, addr string) (net.Conn, error) {
	config, err := d.config()
	if err != nil {
		return nil, &FileError{Service: d.service, err: err}
	}
	if config.ServerName == "" {
		host, _, err := net.SplitHostPort(addr)
		if err != nil {
			return nil, fmt.Errorf("reading the address %q: %w", addr, err)
		}
		config.ServerName = host
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	plain, err := new(net.Dialer).DialContext(ctx, network, addr)
	if err != nil {
		return nil, err
	}
	secured := &conn{Conn: tls.Client(plain, config), service: d.service, addr: addr}
	if err := secured.HandshakeContext(ctx); err != nil {
		return nil, errors.Join(secured.failed(err), ignoreClosed(plain.Close()))
	}
	return secured, nil
}

// ignoreClosed forgives a connection that the handshake has closed already.
func ignoreClosed(err error) error {
	if errors.Is(err, net.ErrClosed) {
		return nil
	}
	return err
}

// config reads the files anew.
func (d *Dialer) config() (*tls.Config, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	config, err := d.files.read()
	switch {
	case err == nil:
		d.last = config
	case d.last == nil:
		return nil, err
	default:
		d.log.Warn("certificates cannot be read; those read before are used on", "err", err)
	}
	return d.last.Clone(), nil
}

func (f Files) read() (*tls.Config, error) {
	config := &tls.Config{MinVersion: tls.VersionTLS12, ServerName: f.ServerName}
	if f.CA != "" {
		text, err := os.ReadFile(f.CA)
		if err != nil {
			return nil, fmt.Errorf("reading the certificates of CAs: %w", err)
		}
		config.RootCAs = x509.NewCertPool()
		if !config.RootCAs.AppendCertsFromPEM(text) {
			return nil, fmt.Errorf("reading the certificates of CAs: %s holds none in PEM (-----BEGIN CERTIFICATE-----)", f.CA)
		}
	}
	if f.Cert != "" {
		own, err := tls.LoadX509KeyPair(f.Cert, f.Key)
		if err != nil {
			return nil, fmt.Errorf("reading the client's certificate %s and its key %s: %w", f.Cert, f.Key, err)
		}
		config.Certificates = []tls.Certificate{own}
	}
	return config, nil
}

package tlsdial

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net"
)

// HandshakeError says that a server was reached, and no agreement with it.
type HandshakeError struct {
	// Service is what the dialer was made for.
	Service string
	// Addr is the server's, host:port.
	Addr string
	err  error
}

func (e *HandshakeError) Error() string {
	return fmt.Sprintf("agreeing on TLS with %s: %v", e.Addr, e.err)
}

// Unwrap returns what the handshake failed by.
func (e *HandshakeError) Unwrap() error { return e.err }

// FileError says that certificates could not be read.
type FileError struct {
	// Service is what the dialer was made for.
	Service string
	err     error
}

func (e *FileError) Error() string { return e.err.Error() }

// Unwrap returns what reading failed by.
func (e *FileError) Unwrap() error { return e.err }

// conn is a connection on which a server may still refuse the client: with TLS
// 1.3 it tells only after the handshake what it thinks of its certificate.
type conn struct {
	*tls.Conn

	service, addr string
}

// Read reads, and tells a refusal from other errors.
func (c *conn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if refusal(err) != "" {
		err = c.failed(err)
	}
	return n, err
}

func (c *conn) failed(err error) error {
	return &HandshakeError{Service: c.service, Addr: c.addr, err: err}
}

// refusal is what the other side says in an alert, empty if it is none.
func refusal(err error) string {
	if refused, ok := errors.AsType[*net.OpError](err); ok && refused.Op == "remote error" {
		return refused.Err.Error()
	}
	return ""
}

package webhook

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// faultTimeout is how long the caller waits for a receiver that does wrong.
const faultTimeout = 150 * time.Millisecond

// serveRaw starts a receiver that does with each connection what it likes, and
// then waits for the caller to close it. The test does not end before that, so a
// connection that the caller keeps is found.
func serveRaw(t *testing.T, handle func(net.Conn)) (address string) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	var serving sync.WaitGroup
	serving.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			serving.Go(func() {
				defer conn.Close()
				handle(conn)
				_, _ = io.Copy(io.Discard, conn)
			})
		}
	})
	t.Cleanup(func() { _ = l.Close(); serving.Wait() })
	return l.Addr().String()
}

// readCall reads one call whole, and tells whether there was one.
func readCall(conn net.Conn) bool {
	r, err := http.ReadRequest(bufio.NewReader(conn))
	if err == nil {
		_, err = io.Copy(io.Discard, r.Body)
	}
	return err == nil
}

// drip writes a text again and again, slowly, until the caller is gone.
func drip(conn net.Conn, text string) {
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for range tick.C {
		if _, err := io.WriteString(conn, text); err != nil {
			return
		}
	}
}

// pour writes a text as fast as it is taken, up to a size, and returns how much
// was taken.
func pour(conn net.Conn, text string, size int64) (taken int64) {
	for taken < size {
		n, err := io.WriteString(conn, text)
		taken += int64(n)
		if err != nil {
			break
		}
	}
	return taken
}

// reset ends a connection without a goodbye.
func reset(conn net.Conn) {
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = conn.Close()
}

// answer writes a status line with some headers, without a body.
func answer(conn net.Conn, code int, headers ...string) {
	_, _ = fmt.Fprintf(conn, "HTTP/1.1 %d %s\r\n", code, http.StatusText(code))
	for _, header := range headers {
		_, _ = io.WriteString(conn, header+"\r\n")
	}
	_, _ = io.WriteString(conn, "\r\n")
}

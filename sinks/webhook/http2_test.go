package webhook

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/binary"
	"io"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Frames of RFC 9113, section 6, and settings and codes of it.
const (
	frameData, frameHeaders, frameReset, frameSettings, frameGoAway, frameContinuation = 0, 1, 3, 4, 7, 9

	flagAck, flagEndStream, flagEndHeaders = 1, 1, 4

	settingInitialWindow = 4
	codeInternal         = 2
	codeRefused          = 7
)

// http2Conn is a connection over which a test speaks HTTP/2 itself, frame by
// frame.
type http2Conn struct{ net.Conn }

func (c http2Conn) frame(kind, flags byte, stream uint32, payload []byte) {
	head := []byte{byte(len(payload) >> 16), byte(len(payload) >> 8), byte(len(payload)), kind, flags}
	_, _ = c.Write(append(binary.BigEndian.AppendUint32(head, stream), payload...))
}

// call reads on to the headers of the next call and returns its stream, 0 when
// there is none.
func (c http2Conn) call() uint32 {
	head := make([]byte, 9)
	for {
		if _, err := io.ReadFull(c, head); err != nil {
			return 0
		}
		length := int64(head[0])<<16 | int64(head[1])<<8 | int64(head[2])
		if _, err := io.CopyN(io.Discard, c, length); err != nil {
			return 0
		}
		if head[3] == frameHeaders {
			return binary.BigEndian.Uint32(head[5:])
		}
	}
}

// ok is a whole answer of 200, by the static table of RFC 7541.
func (c http2Conn) ok(stream uint32) {
	c.frame(frameHeaders, flagEndStream|flagEndHeaders, stream, []byte{0x88})
}

// serveHTTP2 starts a receiver that does with each HTTP/2 connection what it
// likes, and returns its URL and a caller that trusts it.
func serveHTTP2(t *testing.T, settings []byte, handle func(c http2Conn, n int32)) (url string, c *Caller) {
	a := newAuthority(t)
	config := &tls.Config{Certificates: []tls.Certificate{a.sign(t, func(*x509.Certificate) {})}, NextProtos: []string{"h2"}}
	var conns, open atomic.Int32
	address := serveRaw(t, func(conn net.Conn) {
		open.Add(1)
		defer open.Add(-1)
		secure := tls.Server(conn, config)
		if _, err := io.CopyN(io.Discard, secure, int64(len("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"))); err != nil {
			return
		}
		own := http2Conn{secure}
		own.frame(frameSettings, 0, 0, settings)
		own.frame(frameSettings, flagAck, 0, nil)
		handle(own, conns.Add(1))
		_, _ = io.Copy(io.Discard, secure)
	})
	c = newCaller(t, Options{RootCAs: a.pool()})
	t.Cleanup(func() { // a stream that was given up lives a moment longer than its call
		require.Eventually(t, func() bool { c.Close(); return open.Load() == 0 }, 5*time.Minute, time.Millisecond)
	})
	return "https://" + address + "/", c
}

func TestFaultsInHTTP2(t *testing.T) {
	goAway := func(last, code uint32) []byte {
		return binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, last), code)
	}
	reset := func(code uint32) []byte { return binary.BigEndian.AppendUint32(nil, code) }
	noRoom := append(binary.BigEndian.AppendUint16(nil, settingInitialWindow), 0, 0, 0, 0)
	for name, row := range map[string]struct {
		settings []byte
		handle   func(c http2Conn, n int32)
		want     string
		seen     int32 // calls that the receiver saw
	}{
		"good": {nil, func(c http2Conn, _ int32) { c.ok(c.call()) }, "", 1},
		"turns the call away, then takes it": {nil, func(c http2Conn, n int32) {
			if stream := c.call(); n > 1 {
				c.ok(stream)
				return
			}
			c.frame(frameGoAway, 0, 0, goAway(0, 0)) // it has begun none
			_ = c.Close()
		}, "", 2},
		"refuses the stream, then takes it": {nil, func(c http2Conn, _ int32) {
			c.frame(frameReset, 0, c.call(), reset(codeRefused))
			c.ok(c.call())
		}, "", 1},
		"goes away in the middle": {nil, func(c http2Conn, _ int32) { c.frame(frameGoAway, 0, 0, goAway(c.call(), codeInternal)); _ = c.Close() }, ReasonNoAnswer, 1},
		"resets the stream":       {nil, func(c http2Conn, _ int32) { c.frame(frameReset, 0, c.call(), reset(codeInternal)) }, ReasonNoAnswer, 1},
		"closes":                  {nil, func(c http2Conn, _ int32) { c.call(); _ = c.Close() }, ReasonNoAnswer, 1},
		"hangs":                   {nil, func(c http2Conn, _ int32) { c.call() }, ReasonTimeout, 1},
		"takes no byte of a body": {noRoom, func(c http2Conn, _ int32) { c.call() }, ReasonTimeout, 1},
		"headers that are garbage": {nil, func(c http2Conn, _ int32) {
			c.frame(frameHeaders, flagEndHeaders, c.call(), []byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff})
		}, ReasonNoAnswer, 1},
		"a body before headers": {nil, func(c http2Conn, _ int32) { c.frame(frameData, 0, c.call(), []byte("x")) }, ReasonNoAnswer, 1},
		"headers without end": {nil, func(c http2Conn, _ int32) {
			// x: yyy..., as a literal that is not remembered, again and again.
			field := append([]byte{0, 1, 'x', 100}, strings.Repeat("y", 100)...)
			stream, many := c.call(), bytes.Repeat(field, 150)
			c.frame(frameHeaders, 0, stream, many)
			for range 100 {
				c.frame(frameContinuation, 0, stream, many)
			}
		}, ReasonNoAnswer, 1},
	} {
		t.Run(name, func(t *testing.T) {
			var seen atomic.Int32
			url, c := serveHTTP2(t, row.settings, func(c http2Conn, n int32) { seen.Add(1); row.handle(c, n) })
			r := request(t, url)
			if r.Timeout = time.Minute; row.want == ReasonTimeout {
				r.Timeout = faultTimeout * 2
			}
			res := c.Call(t.Context(), r)
			require.Equal(t, row.want, res.Reason)
			require.Equal(t, row.seen, seen.Load())
			require.False(t, res.StartedAt.IsZero())
		})
	}
}

// TestSilentConnection: a connection that died without a word is found out and
// given up. HTTP/2 would go on using it.
func TestSilentConnection(t *testing.T) {
	url, c := serveHTTP2(t, nil, func(c http2Conn, n int32) {
		c.ok(c.call())
		for n > 1 { // the second connection goes on answering
			stream := c.call()
			if stream == 0 {
				return
			}
			c.ok(stream)
		}
	})
	c.transport.HTTP2.SendPingTimeout, c.transport.HTTP2.PingTimeout = faultTimeout, faultTimeout
	require.Empty(t, c.Call(t.Context(), request(t, url)).Reason)
	r := request(t, url)
	r.Timeout = faultTimeout / 2
	require.Equal(t, ReasonTimeout, c.Call(t.Context(), r).Reason)
	require.Eventually(t, func() bool { return c.Call(t.Context(), r).Reason == "" }, 5*time.Minute, time.Millisecond)
}

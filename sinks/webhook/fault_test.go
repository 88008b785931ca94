package webhook

import (
	"bytes"
	"compress/gzip"
	"io"
	"net"
	"net/http"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// What a receiver may do wrong, at each stage of a call. Each call ends in its
// time, with its reason and status, and its connection is closed.
func TestFaultsOfReceivers(t *testing.T) {
	for name, row := range faults() {
		t.Run(name, func(t *testing.T) {
			r := request(t, "http://"+serveRaw(t, row.handle)+"/")
			if r.Timeout = faultTimeout; row.reason == ReasonNoAnswer {
				r.Timeout = time.Minute // it must not come to that
			}
			res := newCaller(t, Options{}).Call(t.Context(), r)
			require.Equal(t, row.reason, res.Reason)
			require.Equal(t, row.status, res.StatusCode)
			require.False(t, res.StartedAt.IsZero())
			require.Less(t, res.Total, time.Minute)
		})
	}
}

type fault struct {
	handle func(net.Conn)
	reason string
	status int
}

func faults() map[string]fault {
	const ok = "HTTP/1.1 200 OK\r\n"
	after := func(then func(net.Conn)) func(net.Conn) {
		return func(conn net.Conn) {
			if readCall(conn) {
				then(conn)
			}
		}
	}
	say := func(text string, then func(net.Conn)) func(net.Conn) {
		return after(func(conn net.Conn) {
			_, _ = io.WriteString(conn, text)
			then(conn)
		})
	}
	hang := func(net.Conn) {}
	return map[string]fault{
		"hangs before it reads":          {hang, ReasonTimeout, 0},
		"hangs before the first byte":    {after(hang), ReasonTimeout, 0},
		"hangs in the status line":       {say("HTTP/1.1 2", hang), ReasonTimeout, 0},
		"hangs in the headers":           {say(ok+"X-A: b", hang), ReasonTimeout, 0},
		"drips headers":                  {say(ok, func(c net.Conn) { drip(c, "X-A: b\r\n") }), ReasonTimeout, 0},
		"drips one header":               {say(ok+"X-A: ", func(c net.Conn) { drip(c, "b") }), ReasonTimeout, 0},
		"drips 103s":                     {after(func(c net.Conn) { drip(c, "HTTP/1.1 103 Early Hints\r\n\r\n") }), ReasonTimeout, 0},
		"headers without end":            {say(ok, func(c net.Conn) { pour(c, "X-A: "+strings.Repeat("b", 1000)+"\r\n", 1<<30) }), ReasonNoAnswer, 0},
		"one header without end":         {say(ok+"X-A: ", func(c net.Conn) { pour(c, strings.Repeat("b", 1000), 1<<30) }), ReasonNoAnswer, 0},
		"a status line without end":      {say("HTTP/1.1 200 ", func(c net.Conn) { pour(c, strings.Repeat("b", 1000), 1<<30) }), ReasonNoAnswer, 0},
		"103s without end":               {after(func(c net.Conn) { pour(c, "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n", 1<<30) }), ReasonNoAnswer, 0},
		"says 101":                       {say("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n", hang), ReasonStatusOther, 101},
		"hangs in the body":              {say(ok+"Content-Length: 10\r\n\r\nhalf", hang), "", 200},
		"drips a body":                   {say(ok+"\r\n", func(c net.Conn) { drip(c, "x") }), "", 200},
		"drips a body after 500":         {say("HTTP/1.1 500 No\r\n\r\n", func(c net.Conn) { drip(c, "x") }), ReasonStatus5xx, 500},
		"chunks without end":             {say(ok+"Transfer-Encoding: chunked\r\n\r\n", func(c net.Conn) { pour(c, "5\r\nhello\r\n", 1<<30) }), "", 200},
		"a chunk size without end":       {say(ok+"Transfer-Encoding: chunked\r\n\r\n", func(c net.Conn) { pour(c, "1;"+strings.Repeat("x", 998), 1<<30) }), "", 200},
		"trailers without end":           {say(ok+"Transfer-Encoding: chunked\r\nTrailer: X\r\n\r\n0\r\n", func(c net.Conn) { pour(c, "X: y\r\n", 1<<30) }), "", 200},
		"a length that is none":          {say(ok+"Content-Length: -1\r\n\r\n", hang), ReasonNoAnswer, 0},
		"two lengths":                    {say(ok+"Content-Length: 1\r\nContent-Length: 2\r\n\r\nxx", hang), ReasonNoAnswer, 0},
		"closes while it reads":          {func(c net.Conn) { _, _ = c.Read(make([]byte, 1)); _ = c.Close() }, ReasonNoAnswer, 0},
		"closes before it answers":       {after(func(c net.Conn) { _ = c.Close() }), ReasonNoAnswer, 0},
		"closes in the headers":          {say(ok+"X-A", func(c net.Conn) { _ = c.Close() }), ReasonNoAnswer, 0},
		"closes in the body":             {say(ok+"Content-Length: 10\r\n\r\nhalf", func(c net.Conn) { _ = c.Close() }), "", 200},
		"resets while it reads":          {func(c net.Conn) { _, _ = c.Read(make([]byte, 1)); reset(c) }, ReasonNoAnswer, 0},
		"resets before it answers":       {after(reset), ReasonNoAnswer, 0},
		"resets in the headers":          {say(ok+"X-A", reset), ReasonNoAnswer, 0},
		"resets in the body after a 503": {say("HTTP/1.1 503 No\r\nContent-Length: 10\r\n\r\nhalf", reset), ReasonStatus5xx, 503},
		"speaks another protocol":        {say("220 mail.example ESMTP\r\n", hang), ReasonNoAnswer, 0},
	}
}

// TestNothingIsTaken: a receiver takes the connection and not a byte, and the
// body is more than what lies between us.
func TestNothingIsTaken(t *testing.T) {
	ended := make(chan struct{})
	address := serveRaw(t, func(conn net.Conn) {
		_ = conn.(*net.TCPConn).SetReadBuffer(1)
		<-ended
	})
	defer close(ended)
	r := request(t, "http://"+address+"/")
	r.Body, r.Timeout = make([]byte, MaxBodyBytes-1), faultTimeout
	res := newCaller(t, Options{}).Call(t.Context(), r)
	require.Equal(t, ReasonTimeout, res.Reason)
}

// TestHangingConnect: a receiver whose queue of connections is full drops ours.
func TestHangingConnect(t *testing.T) {
	address := fullBacklog(t)
	r := request(t, "http://"+address+"/")
	r.Timeout = faultTimeout
	res := newCaller(t, Options{}).Call(t.Context(), r)
	require.Equal(t, ReasonTimeout, res.Reason)
	require.Zero(t, res.FirstByte)
}

// TestAnswerOf10GB: 64 KiB of it are read and one is kept; memory does not grow
// and the connection is closed, for the rest would come along with it.
func TestAnswerOf10GB(t *testing.T) {
	const size = 10 << 30
	taken := make(chan int64, 1)
	text := strings.Repeat("a", 64<<10)
	address := serveRaw(t, func(conn net.Conn) {
		if readCall(conn) {
			answer(conn, 200, "Content-Length: 10737418240")
			taken <- pour(conn, text, size)
		}
	})
	c, r := newCaller(t, Options{}), request(t, "http://"+address+"/")
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	res := c.Call(t.Context(), r)
	runtime.ReadMemStats(&after)
	require.Empty(t, res.Reason)
	require.Len(t, res.Answer, maxKeptAnswerBytes)
	require.Less(t, <-taken, int64(64<<20), "what buffers on the way hold, and no more")
	require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(4<<20))
}

// TestGzipBomb: nobody asked for a compressed answer, and none is unpacked.
func TestGzipBomb(t *testing.T) {
	var bomb bytes.Buffer
	w := gzip.NewWriter(&bomb)
	_, err := io.Copy(w, io.LimitReader(zeros{}, 16<<20))
	require.NoError(t, err)
	require.NoError(t, w.Close())
	s := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		_, _ = w.Write(bomb.Bytes())
	})
	res := newCaller(t, Options{}).Call(t.Context(), request(t, s.URL))
	require.Empty(t, res.Reason)
	require.True(t, strings.HasPrefix(res.Answer, "\x1f"), "%q", res.Answer[:10])
	require.LessOrEqual(t, len(res.Answer), maxKeptAnswerBytes)
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// TestAnswerBeforeTheBody: a receiver may refuse what it has not read.
func TestAnswerBeforeTheBody(t *testing.T) {
	address := serveRaw(t, func(conn net.Conn) {
		_, _ = io.ReadFull(conn, make([]byte, 10))
		answer(conn, http.StatusRequestEntityTooLarge, "Connection: close", "Content-Length: 0")
		if tcp, ok := conn.(*net.TCPConn); ok {
			_ = tcp.CloseWrite()
		}
	})
	r := request(t, "http://"+address+"/")
	r.Body = make([]byte, MaxBodyBytes-1)
	res := newCaller(t, Options{}).Call(t.Context(), r)
	require.Equal(t, ReasonStatus4xx, res.Reason)
	require.Equal(t, http.StatusRequestEntityTooLarge, res.StatusCode)
}

// TestNewConnectionsAreTriedOnce: only a kept connection that turns out to be
// closed lets the transport send again; the receiver sees the same id.
func TestNewConnectionsAreTriedOnce(t *testing.T) {
	ids := make(chan string, 10)
	var kept atomic.Bool
	s := serve(t, func(_ http.ResponseWriter, r *http.Request) {
		ids <- r.Header.Get(HeaderID)
		if kept.Swap(false) || r.URL.Path == "/dead" {
			panic(http.ErrAbortHandler)
		}
	})
	c := newCaller(t, Options{})
	for _, row := range []struct {
		path, reason string
		kept         bool // the kept connection turns out to be closed
		seen         int
	}{
		{"/dead", ReasonNoAnswer, false, 1}, // over a new connection
		{"/", "", false, 1},
		{"/", "", true, 2},
		{"/dead", ReasonNoAnswer, false, 2},
	} {
		kept.Store(row.kept)
		require.Equal(t, row.reason, c.Call(t.Context(), request(t, s.URL+row.path)).Reason)
		require.Len(t, ids, row.seen)
		for range row.seen {
			require.Equal(t, "job_1", <-ids)
		}
	}
}

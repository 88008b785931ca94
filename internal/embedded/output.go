package embedded

import (
	"bytes"
	"log/slog"
	"strings"
	"sync"
)

const tailBytes = 4096

// tail keeps the end of what is written to it.
type tail struct {
	mu  sync.Mutex
	buf []byte
}

// Write implements io.Writer. It never fails.
func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.buf = append(t.buf, p...)
	if extra := len(t.buf) - tailBytes; extra > 0 {
		t.buf = append(t.buf[:0], t.buf[extra:]...)
	}
	return len(p), nil
}

// String returns what was kept, without blank ends.
func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return strings.TrimSpace(string(t.buf))
}

// firstLine hands over the first line that is written to it.
type firstLine struct {
	mu   sync.Mutex
	buf  []byte
	line chan string // of one; receives once
	sent bool
}

func newFirstLine() *firstLine { return &firstLine{line: make(chan string, 1)} }

// Write implements io.Writer. It never fails.
func (f *firstLine) Write(p []byte) (int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.sent {
		return len(p), nil
	}
	f.buf = append(f.buf, p...)
	if line, _, ok := bytes.Cut(f.buf, []byte("\n")); ok {
		f.line <- string(line)
		f.sent = true
	}
	return len(p), nil
}

// lineLog hands what an engine says to a logger, a line a record.
type lineLog struct {
	to     *slog.Logger
	source string
	mu     sync.Mutex
	buf    []byte
}

// Write implements io.Writer. It never fails.
func (l *lineLog) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.buf = append(l.buf, p...)
	for {
		line, rest, ok := bytes.Cut(l.buf, []byte("\n"))
		if !ok {
			return len(p), nil
		}
		if len(bytes.TrimSpace(line)) > 0 {
			l.to.Warn("embedded "+l.source+" says", "line", string(line))
		}
		l.buf = rest
	}
}

func orDiscard(l *slog.Logger) *slog.Logger {
	if l == nil {
		return slog.New(slog.DiscardHandler)
	}
	return l
}

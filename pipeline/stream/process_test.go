package stream

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"waybill/pipeline/stream/store"
)

// childEnv holds the settings of a process that the tests start: this test
// binary again, as an instance with its state in a folder.
const childEnv = "WAYBILL_TEST_INSTANCE"

// childSettings is what a child is told.
type childSettings struct {
	Brokers  []string
	Prefix   string
	Instance string
	Dir      string
	Workers  int
	Refresh  time.Duration // between flushes
}

// child is the main function of such a process. It ends in order when its
// input does, as it does when the test is gone, and flushes its state for each
// line that it reads. Its log goes to its output, one JSON object a line.
func child(settings string) error {
	var s childSettings
	if err := json.Unmarshal([]byte(settings), &s); err != nil {
		return err
	}
	logger := slog.New(slog.NewJSONHandler(os.Stdout, nil))
	db, err := store.OpenPebble(s.Dir, store.PebbleOptions{Logger: logger, CacheBytes: 8 << 20, MemTableBytes: 1 << 20})
	if err != nil {
		return err
	}
	r, err := New(Config{
		App: "tally", Instance: s.Instance, Workers: s.Workers, Brokers: s.Brokers, Prefix: s.Prefix,
		Inputs: []string{"first", "second"}, Changelog: "state", DeadLetters: "dead", Clock: Log,
		State: db, StateRefresh: s.Refresh, CommitInterval: 2 * time.Millisecond, Logger: logger,
		TransactionTimeout: 2 * time.Second, SessionTimeout: 6 * time.Second,
	}, tally{})
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		defer cancel()
		for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
			logger.Info("flushed", "error", db.Flush())
		}
	}()
	return errors.Join(r.Run(ctx), db.Close())
}

// living is a child under way.
type living struct {
	t     *testing.T
	cmd   *exec.Cmd
	stdin io.WriteCloser

	mu   sync.Mutex
	said []map[string]any // its log
	read chan struct{}    // closed when its output has ended
}

// spawn starts an instance as a process of its own.
func (d *deployment) spawn(s childSettings) *living {
	d.t.Helper()
	s.Brokers, s.Prefix = d.brokers, d.prefix
	settings, err := json.Marshal(s)
	require.NoError(d.t, err)
	l := &living{t: d.t, cmd: exec.Command(os.Args[0]), read: make(chan struct{})}
	l.cmd.Env = append(os.Environ(), childEnv+"="+string(settings))
	l.cmd.Stderr = os.Stderr
	l.stdin, err = l.cmd.StdinPipe()
	require.NoError(d.t, err)
	stdout, err := l.cmd.StdoutPipe()
	require.NoError(d.t, err)
	require.NoError(d.t, l.cmd.Start())
	go l.listen(stdout)
	d.t.Cleanup(func() {
		if l.cmd.ProcessState == nil {
			l.kill()
		}
	})
	return l
}

func (l *living) listen(stdout io.Reader) {
	defer close(l.read)
	for lines := bufio.NewScanner(stdout); lines.Scan(); {
		said := map[string]any{}
		if json.Unmarshal(lines.Bytes(), &said) != nil {
			continue // cut off by a kill
		}
		l.mu.Lock()
		l.said = append(l.said, said)
		l.mu.Unlock()
	}
}

// heard returns the lines of its log that have a message.
func (l *living) heard(message string) (lines []map[string]any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, line := range l.said {
		if line["msg"] == message {
			lines = append(lines, line)
		}
	}
	return lines
}

// kill ends it with SIGKILL.
func (l *living) kill() {
	_ = l.cmd.Process.Kill()
	<-l.read
	_ = l.cmd.Wait()
}

// stop lets it end in order.
func (l *living) stop() {
	l.t.Helper()
	require.NoError(l.t, l.stdin.Close())
	await(l.t, l.read)
	require.NoError(l.t, l.cmd.Wait())
}

// flush makes its state survive a crash.
func (l *living) flush() {
	l.t.Helper()
	n := len(l.heard("flushed"))
	_, err := io.WriteString(l.stdin, "flush\n")
	require.NoError(l.t, err)
	eventually(l.t, func() bool { return len(l.heard("flushed")) > n }, "the state is flushed")
}

// runChild runs this process as a child if it is one.
func runChild() {
	settings := os.Getenv(childEnv)
	if settings == "" {
		return
	}
	if err := child(settings); err != nil {
		fmt.Fprintln(os.Stderr, strings.TrimSpace(err.Error()))
		os.Exit(1)
	}
	os.Exit(0)
}

package clickhouse

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"strconv"
	"syscall"
	"testing"
	"time"

	ch "github.com/ClickHouse/clickhouse-go/v2"
	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/internal/ports/portstest"
	"waybill/schemas"
)

// childEnv holds the settings of a process that the tests start: this test
// binary again, as a sink.
const childEnv = "WAYBILL_TEST_SINK"

// childSession is how soon a process that is stopped is given up by its group,
// the least that brokers allow.
const childSession = 6 * time.Second

// childSettings is what a child is told.
type childSettings struct {
	Brokers                      []string
	Prefix, ClickHouse, Database string
	FlushRows                    int
}

// runChild runs this process as a sink if it is one. It ends in order when its
// input does, as it does when the test is gone.
func runChild() {
	settings := os.Getenv(childEnv)
	if settings == "" {
		return
	}
	if err := child(settings); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

func child(settings string) error {
	var s childSettings
	if err := json.Unmarshal([]byte(settings), &s); err != nil {
		return err
	}
	codecs, err := schemas.NewCodecs()
	if err != nil {
		return err
	}
	options := ch.Options{Addr: []string{s.ClickHouse}}
	options.Auth.Database = s.Database
	sink, err := New(Config{
		Kafka:  []kgo.Opt{kgo.SeedBrokers(s.Brokers...), kgo.SessionTimeout(childSession), kgo.RebalanceTimeout(2 * time.Second)},
		Prefix: s.Prefix, ClickHouse: options, Codecs: codecs, FlushRows: s.FlushRows, FlushInterval: 10 * time.Millisecond,
	})
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		defer cancel()
		_, _ = io.Copy(io.Discard, os.Stdin)
	}()
	return sink.Run(ctx)
}

// living is a child under way.
type living struct {
	t     *testing.T
	cmd   *exec.Cmd
	stdin io.WriteCloser
}

// spawn starts a sink as a process of its own.
func (bed *testBed) spawn(flushRows int) *living {
	bed.t.Helper()
	settings, err := json.Marshal(childSettings{
		Brokers: bed.brokers, Prefix: bed.cfg.Prefix, ClickHouse: bed.cfg.ClickHouse.Addr[0], Database: bed.cfg.ClickHouse.Auth.Database, FlushRows: flushRows,
	})
	require.NoError(bed.t, err)
	l := &living{t: bed.t, cmd: exec.Command(os.Args[0])}
	l.cmd.Env = append(os.Environ(), childEnv+"="+string(settings))
	l.cmd.Stderr = os.Stderr
	l.stdin, err = l.cmd.StdinPipe()
	require.NoError(bed.t, err)
	require.NoError(bed.t, l.cmd.Start())
	bed.t.Cleanup(func() {
		if l.cmd.ProcessState == nil {
			l.kill()
		}
	})
	return l
}

func (l *living) kill() {
	_ = l.cmd.Process.Kill()
	_ = l.cmd.Wait()
}

func (l *living) stop() {
	l.t.Helper()
	require.NoError(l.t, l.stdin.Close())
	require.NoError(l.t, l.cmd.Wait())
}

func (l *living) signal(s syscall.Signal) {
	l.t.Helper()
	require.NoError(l.t, l.cmd.Process.Signal(s))
}

// The process of a sink is killed again and again, wherever it is.
func TestSigkill(t *testing.T) {
	folder, port := t.TempDir(), portstest.Port(t)
	server := startServer(t, folder, port)
	bed := newTestBedOn(t, 3, tables(t, net.JoinHostPort("127.0.0.1", strconv.Itoa(port))))
	lag := func() int64 {
		select {
		case <-server.Done(): // the embedded engine does not survive every client that ends in the middle of a block
			server = startServer(t, folder, port)
		default:
		}
		left, err := Lag(t.Context(), bed.client, bed.cfg.Prefix, "")
		require.NoError(t, err)
		return left
	}
	history := historyOf(1)
	const kills = 4
	for round := range kills {
		bed.say(history[len(history)*round/kills : len(history)*(round+1)/kills])
		all := lag()
		sink := bed.spawn(7)
		bed.eventually(func() bool { return lag() < all })
		sink.kill()
	}
	stop := bed.start(bed.cfg)
	bed.eventually(func() bool { return lag() == 0 })
	stop()
	bed.eventually(func() bool { // the test's own connection has to come back, too
		_, err := bed.count("tracking_events")
		return err == nil
	})
	bed.requireOneEffect("killed")
}

// The process of a sink is stopped in the middle of its work for longer than its
// session lasts. Another takes over, settles newer versions, and then the first
// goes on where it was: what it writes late changes nothing, and it moves no
// offset back.
func TestSigstop(t *testing.T) {
	bed := newTestBed(t, 3)
	history := historyOf(2)
	least := bed.rowsWritten() // the holidays, and what other tests wrote
	stopped := bed.spawn(3)
	bed.say(history[:len(history)/2])
	bed.eventually(func() bool { return bed.rowsWritten() > least })
	stopped.signal(syscall.SIGSTOP)
	other := bed.spawn(20)
	bed.say(history[len(history)/2:])
	bed.caughtUp()
	bed.requireOneEffect("while one is stopped")
	stopped.signal(syscall.SIGCONT)
	bed.say(history[:10]) // it has to find its place again for some of these
	bed.caughtUp()
	stopped.stop()
	other.stop()
	bed.caughtUp()
	bed.requireOneEffect("after it went on")
}

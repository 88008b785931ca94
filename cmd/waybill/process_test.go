package main

import (
	"bytes"
	"errors"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"waybill/internal/embedded"
)

// patienceOfTests bounds every wait for something that must happen.
const patienceOfTests = 5 * time.Minute

// process is a waybill that runs beside a test, with its children.
type process struct {
	command        *exec.Cmd
	stdout, stderr *output
	ended          chan struct{}
	err            error // of its end; read it after ended
}

// start runs waybill until the test ends, or until it ends before.
func start(t *testing.T, args ...string) *process {
	t.Helper()
	return startProgram(t, "waybill", args...)
}

// startProgram runs a waybill of another version likewise.
func startProgram(t *testing.T, program string, args ...string) *process {
	t.Helper()
	return startCommand(t, exec.Command(program, args...))
}

// startCommand does the same with a waybill that is called in another way.
func startCommand(t *testing.T, command *exec.Cmd) *process {
	t.Helper()
	p := &process{command: command, stdout: newOutput(), stderr: newOutput(), ended: make(chan struct{})}
	p.command.Stdout, p.command.Stderr = p.stdout, p.stderr
	require.NoError(t, p.command.Start())
	go func() {
		p.err = p.command.Wait()
		close(p.ended)
	}()
	t.Cleanup(func() {
		p.kill(t)
		if t.Failed() {
			t.Logf("%s said:\n%s", command, p.stderr.tail())
		}
	})
	return p
}

// needEngine skips a test where there is no library for the ClickHouse that
// waybill starts. It returns its path.
func needEngine(t *testing.T) string {
	t.Helper()
	library, err := embedded.FindLibrary("")
	if errors.Is(err, embedded.ErrNoLibrary) {
		t.Skipf("no ClickHouse for this test: %v", err)
	}
	require.NoError(t, err)
	return library
}

// await waits until the process has said something, and returns what the
// pattern's group matched.
func (p *process) await(t *testing.T, from *output, pattern string) string {
	t.Helper()
	re := regexp.MustCompile(pattern)
	deadline := time.NewTimer(patienceOfTests)
	defer deadline.Stop()
	for {
		text, more := from.look()
		if found := re.FindStringSubmatch(text); found != nil {
			return found[len(found)-1]
		}
		select {
		case <-more:
		case <-p.ended:
			if text, _ := from.look(); re.MatchString(text) {
				continue
			}
			require.FailNow(t, "waybill has ended", "without saying %s: %v\n%s", pattern, p.err, p.stderr.tail())
		case <-deadline.C:
			require.FailNow(t, "waybill does not say "+pattern, p.stderr.tail())
		}
	}
}

// end sends a signal and waits for the end. It returns the exit code, -1 where
// the signal ended the process.
func (p *process) end(t *testing.T, signal syscall.Signal) int {
	t.Helper()
	require.NoError(t, p.command.Process.Signal(signal))
	return p.wait(t)
}

// kill ends the process by force, and waits until its children have seen it and
// ended too: no orphan is left. It is stopped before its children are looked at,
// for it may be about to start one.
func (p *process) kill(t *testing.T) {
	t.Helper()
	if p.command.Process.Signal(syscall.SIGSTOP) == nil { // else it has ended already
		p.awaitStopped(t)
	}
	children := p.children(t)
	_ = p.command.Process.Kill() // fails where it has ended already
	p.wait(t)
	requireEnded(t, children)
}

// awaitStopped waits until none of its threads goes on, or it has ended.
func (p *process) awaitStopped(t *testing.T) {
	t.Helper()
	require.Eventually(t, func() bool {
		state, err := exec.Command("ps", "-o", "stat=", "-p", strconv.Itoa(p.command.Process.Pid)).Output()
		return p.over() || err == nil && strings.HasPrefix(string(state), "T")
	}, patienceOfTests, time.Millisecond, "waybill does not stop")
}

// wait waits for the end and returns the exit code.
func (p *process) wait(t *testing.T) int {
	t.Helper()
	deadline := time.NewTimer(patienceOfTests)
	defer deadline.Stop()
	select {
	case <-p.ended:
	case <-deadline.C:
		require.FailNow(t, "waybill does not end", p.stderr.tail())
	}
	return p.command.ProcessState.ExitCode()
}

// over reports whether the process has ended.
func (p *process) over() bool {
	select {
	case <-p.ended:
		return true
	default:
		return false
	}
}

// children returns the processes that it has started.
func (p *process) children(t *testing.T) (pids []int) {
	t.Helper()
	for pid, parent := range processes(t) {
		if parent == p.command.Process.Pid {
			pids = append(pids, pid)
		}
	}
	return pids
}

// processes returns the parent of every process that is alive.
func processes(t *testing.T) map[int]int {
	t.Helper()
	list, err := exec.Command("ps", "-A", "-o", "pid=,ppid=,stat=").Output()
	require.NoError(t, err)
	parents := make(map[int]int)
	for line := range strings.Lines(string(list)) {
		fields := strings.Fields(line)
		if len(fields) < 3 || strings.HasPrefix(fields[2], "Z") { // ended, and not yet asked after
			continue
		}
		pid, err := strconv.Atoi(fields[0])
		require.NoError(t, err)
		parents[pid], err = strconv.Atoi(fields[1])
		require.NoError(t, err)
	}
	return parents
}

// requireEnded waits until none of the processes is alive.
func requireEnded(t *testing.T, pids []int) {
	t.Helper()
	require.Eventually(t, func() bool {
		alive := processes(t)
		for _, pid := range pids {
			if _, ok := alive[pid]; ok {
				return false
			}
		}
		return true
	}, patienceOfTests, 20*time.Millisecond, "an orphan is left")
}

// output keeps what a process writes, and tells those who wait for it.
type output struct {
	mu   sync.Mutex
	text bytes.Buffer
	more chan struct{} // closed at the next write
}

func newOutput() *output { return &output{more: make(chan struct{})} }

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	close(o.more)
	o.more = make(chan struct{})
	return o.text.Write(p)
}

// look returns the text so far, and a channel that closes when there is more.
func (o *output) look() (string, <-chan struct{}) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String(), o.more
}

// tail returns the last of the text.
func (o *output) tail() string {
	text, _ := o.look()
	return text[max(0, len(text)-4000):]
}

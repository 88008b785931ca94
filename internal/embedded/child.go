package embedded

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"time"
)

// stopWait is how long an engine may take to end when asked. What it has
// acknowledged has reached the system, so ending it by force loses nothing of it.
const stopWait = 20 * time.Second

// goFatal is how a process of Go ends that has a fault, in a library too that has
// no handler of its own for it yet.
const goFatal = 2

// errPortTaken says that someone listens on the port that an engine was to use.
var errPortTaken = errors.New("the port is in use by another process; choose another")

// child is an engine's process, tied to this one by its standard input.
type child struct {
	name    string
	command *exec.Cmd
	stdin   io.WriteCloser
	said    *firstLine // its standard output
	words   *tail      // its standard error
	asked   atomic.Bool
	err     error // why it ended; read it after done
	done    chan struct{}
}

// startChild starts this binary again as the engine that args names first.
func startChild(logger *slog.Logger, args []string) (*child, error) {
	if os.Getenv(engineEnv) != "" {
		return nil, fmt.Errorf("this process was itself started as an engine, but its main does not hand %q to RunEngine", EngineCommand)
	}
	exe, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("finding this program's own file: %w", err)
	}
	c := &child{name: args[0], said: newFirstLine(), words: new(tail), done: make(chan struct{})}
	c.command = exec.Command(exe, append([]string{EngineCommand}, args...)...) //nolint:noctx // it ends by its standard input, in order
	c.command.Stdout = c.said
	c.command.Stderr = io.MultiWriter(c.words, &lineLog{to: logger, source: c.name})
	c.command.Env = childEnv()
	c.command.SysProcAttr = ownGroup()
	if c.stdin, err = c.command.StdinPipe(); err != nil {
		return nil, fmt.Errorf("making the engine's standard input: %w", err)
	}
	if err := c.command.Start(); err != nil {
		return nil, fmt.Errorf("starting %s %s: %w", exe, EngineCommand, err)
	}
	go func() {
		c.err = c.command.Wait()
		close(c.done)
	}()
	return c, nil
}

// report logs an end that nobody asked for.
func (c *child) report(logger *slog.Logger) {
	<-c.done
	if err := c.failure(); err != nil {
		logger.Error("embedded "+c.name+" ended", "error", err)
	}
}

// crashed tells whether an engine that has ended did so by a fault of its own,
// and not because somebody ended it.
func (c *child) crashed() bool {
	exit, ok := errors.AsType[*exec.ExitError](c.err)
	if !ok || c.asked.Load() {
		return false
	}
	status, ok := exit.Sys().(syscall.WaitStatus)
	return ok && status.ExitStatus() == goFatal || ok && status.Signaled() && slices.Contains([]syscall.Signal{
		syscall.SIGABRT, syscall.SIGBUS, syscall.SIGFPE, syscall.SIGILL, syscall.SIGSEGV,
	}, status.Signal())
}

// childEnv hands the engine what a process needs and nothing else: SQL can read
// files, and so the environment, where secrets may be.
func childEnv() []string {
	env := []string{engineEnv + "=1"}
	for _, name := range []string{"PATH", "HOME", "TMPDIR", "LD_LIBRARY_PATH", "GORACE"} {
		if value, ok := os.LookupEnv(name); ok {
			env = append(env, name+"="+value)
		}
	}
	return env
}

// stop closes the engine's standard input and waits for its end, and ends it by
// force when it takes too long. It can be called more than once.
func (c *child) stop() error {
	c.asked.Store(true)
	_ = c.stdin.Close()
	force := time.NewTimer(stopWait)
	defer force.Stop()
	select {
	case <-c.done:
		return nil
	case <-force.C:
	}
	err := c.command.Process.Kill()
	if err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("ending embedded %s by force: %w", c.name, err)
	}
	<-c.done
	return nil
}

// giveUp stops a child that did not get ready and tells what it last said.
func (c *child) giveUp(cause error) error {
	err := fmt.Errorf("waiting for %s to be ready: %w%s", c.name, cause, c.lastSaid())
	return errors.Join(err, c.stop())
}

// lastSaid is the end of an error's text.
func (c *child) lastSaid() string {
	if words := c.words.String(); words != "" {
		return "; it last said: " + words
	}
	return ""
}

// ended is closed when the engine has ended, asked or not.
func (c *child) ended() <-chan struct{} { return c.done }

// portTaken tells whether the engine said that somebody has its port. ClickHouse
// goes on without it.
func (c *child) portTaken() bool {
	return strings.Contains(strings.ToLower(c.words.String()), "address already in use")
}

// failure returns why the engine ended of itself, or nil.
func (c *child) failure() error {
	select {
	case <-c.done:
	default:
		return nil
	}
	if c.asked.Load() {
		return nil
	}
	cause := c.err
	switch {
	case c.portTaken():
		cause = errPortTaken
	case cause == nil:
		cause = errors.New("nobody asked it to")
	}
	return fmt.Errorf("%s ended: %w%s", c.name, cause, c.lastSaid())
}

package embedded

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"sync/atomic"
	"time"
)

// stopWait is how long the engine may take to end when asked. What it has
// acknowledged is on the disk, so ending it by force loses nothing.
const stopWait = 20 * time.Second

// child is the engine's process, tied to this one by its standard input.
type child struct {
	command *exec.Cmd
	stdin   io.WriteCloser
	words   *tail
	asked   atomic.Bool
	err     error // why it ended; read it after done
	done    chan struct{}
}

// startChild starts this binary again as the engine.
func startChild(args []string) (*child, error) {
	exe, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("finding this program's own file: %w", err)
	}
	c := &child{words: new(tail), done: make(chan struct{})}
	c.command = exec.Command(exe, append([]string{EngineCommand}, args...)...)
	c.command.Stderr = c.words
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

// childEnv hands the engine what a process needs and nothing else: SQL can read
// files, and so the environment, where secrets may be.
func childEnv() []string {
	env := []string{engineEnv + "=1"}
	for _, name := range []string{"PATH", "HOME", "TMPDIR", "LD_LIBRARY_PATH", "GOCOVERDIR"} {
		if value, ok := os.LookupEnv(name); ok {
			env = append(env, name+"="+value)
		}
	}
	return env
}

// stop closes the engine's standard input and waits for its end, and ends it by
// force when it takes too long.
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
		return fmt.Errorf("ending the ClickHouse engine by force: %w", err)
	}
	<-c.done
	return nil
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
	words := c.words.String()
	if portTaken(words) {
		return fmt.Errorf("ClickHouse ended: %w; choose another: %s", errPortTaken, words)
	}
	if c.err == nil {
		return fmt.Errorf("ClickHouse ended of itself; it last said: %s", words)
	}
	return fmt.Errorf("ClickHouse ended: %w; it last said: %s", c.err, words)
}

// report logs an end that nobody asked for.
func (c *child) report(logger *slog.Logger) {
	<-c.done
	if err := c.failure(); err != nil {
		logger.Error("embedded ClickHouse ended", "error", err)
	}
}

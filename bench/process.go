package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
)

// process is the parent's side of a measured process. It is tied to this one
// by its standard input.
type process struct {
	command *exec.Cmd
	stdin   io.WriteCloser
	words   *json.Encoder
	reports chan report     // closed when its output has ended
	alive   context.Context // ends when no report can follow, and says why
}

// startProcess starts a measured process and returns when it is ready for
// work, with what it is going to write if it knows. It ends with ctx.
func startProcess(ctx context.Context, o *order) (*process, tallies, error) {
	exe, err := os.Executable()
	if err != nil {
		return nil, nil, fmt.Errorf("finding this program's own file: %w", err)
	}
	p := &process{command: exec.CommandContext(ctx, exe, workerCommand)}
	p.command.Stderr = os.Stderr
	if p.stdin, err = p.command.StdinPipe(); err != nil {
		return nil, nil, fmt.Errorf("making the standard input of a measured process: %w", err)
	}
	stdout, err := p.command.StdoutPipe()
	if err != nil {
		return nil, nil, fmt.Errorf("making the standard output of a measured process: %w", err)
	}
	if err := p.command.Start(); err != nil {
		return nil, nil, fmt.Errorf("starting a measured process: %w", err)
	}
	p.words = json.NewEncoder(p.stdin)
	p.follow(ctx, stdout)
	ready, err := p.ask(o)
	if err != nil {
		return nil, nil, errors.Join(err, p.close())
	}
	return p, ready.Wrote, nil
}

// follow takes in reports until the process ends or fails.
func (p *process) follow(ctx context.Context, stdout io.Reader) {
	var dead context.CancelCauseFunc
	p.alive, dead = context.WithCancelCause(ctx)
	p.reports = make(chan report, 1) // one is written for each word
	go func() {
		defer close(p.reports)
		lines := json.NewDecoder(stdout)
		for {
			var r report
			err := lines.Decode(&r)
			if err != nil {
				dead(fmt.Errorf("reading the report of a measured process: %w", err))
				return
			}
			if r.Err != "" {
				dead(fmt.Errorf("measuring: %s", r.Err))
				continue
			}
			p.reports <- r
		}
	}()
}

// ask says a word, or the order, and waits for the report on it.
func (p *process) ask(word any) (report, error) {
	if err := p.words.Encode(word); err != nil {
		return report{}, fmt.Errorf("telling a measured process what to do: %w", err)
	}
	r, ok := <-p.reports
	if !ok {
		return report{}, context.Cause(p.alive)
	}
	return r, nil
}

// close lets the process end and waits for it.
func (p *process) close() error {
	err := p.stdin.Close()
	for range p.reports { // nobody waits for what is left
	}
	return errors.Join(err, p.command.Wait())
}

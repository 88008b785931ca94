package rig

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"time"
)

// Process is the parent's side of a measured process. It is tied to this one
// by its standard input.
type Process struct {
	command *exec.Cmd
	stdin   io.WriteCloser
	words   *json.Encoder
	answers chan answer     // closed when its output has ended
	alive   context.Context // ends when no answer can follow, and says why
	said    json.RawMessage
}

// Start starts a measured process of a kind with its order, and returns when
// it is ready for work. It ends with ctx. With a folder for profiles it writes
// some there of what it measures. It is pinned to the cores of what is measured.
func Start(ctx context.Context, kind, profile string, body any) (*Process, error) {
	return startOn(ctx, FootingOf(ctx).Measured, kind, profile, body)
}

// StartBeside is Start for a process that stands beside what is measured, as a
// receiver of webhooks does: it shares the cores of the rest.
func StartBeside(ctx context.Context, kind string, body any) (*Process, error) {
	return startOn(ctx, FootingOf(ctx).Rest, kind, "", body)
}

func startOn(ctx context.Context, cores Cores, kind, profile string, body any) (*Process, error) {
	text, err := json.Marshal(body)
	if err != nil {
		return nil, fmt.Errorf("writing the order of a measured process: %w", err)
	}
	exe, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("finding this program's own file: %w", err)
	}
	return launch(ctx, cores, exec.CommandContext(ctx, exe, WorkerCommand), order{Kind: kind, Profile: profile, Body: text})
}

// StartProgram is Start for a program that is none of ours. It must answer the
// words as Serve does, but need not say what it has used, and finds all that it is
// to know on its command line.
func StartProgram(ctx context.Context, name string, args ...string) (*Process, error) {
	return launch(ctx, FootingOf(ctx).Measured, exec.CommandContext(ctx, name, args...), order{})
}

func launch(ctx context.Context, cores Cores, command *exec.Cmd, o order) (_ *Process, err error) {
	p := &Process{command: command}
	p.command.Stderr = os.Stderr
	if p.stdin, err = p.command.StdinPipe(); err != nil {
		return nil, fmt.Errorf("making the standard input of a measured process: %w", err)
	}
	stdout, err := p.command.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("making the standard output of a measured process: %w", err)
	}
	if err := OnCores(cores, p.command.Start); err != nil {
		return nil, fmt.Errorf("starting a measured process: %w", err)
	}
	p.words = json.NewEncoder(p.stdin)
	p.follow(ctx, stdout)
	ready, err := p.ask(o)
	if err != nil {
		return nil, errors.Join(err, p.Close())
	}
	p.said = ready.Said
	return p, nil
}

// Said reads what the process told when it was ready; after End, what it told
// then.
func (p *Process) Said(into any) error {
	if err := json.Unmarshal(p.said, into); err != nil {
		return fmt.Errorf("reading what a measured process has told: %w", err)
	}
	return nil
}

// Begin makes the process measure what it spends from here.
func (p *Process) Begin() error {
	_, err := p.ask(wordBegin)
	return err
}

// End ends it, and returns what it has spent since Begin.
func (p *Process) End() (Usage, error) {
	end, err := p.ask(wordEnd)
	p.said = end.Said
	return end.Used, err
}

// CPU is the processor time that it has used so far, to 10 ms; 0 where there is
// no /proc.
func (p *Process) CPU() time.Duration { return ProcessCPU(p.command.Process.Pid) }

// Resident is the memory that it has now, in bytes; 0 where there is no /proc.
func (p *Process) Resident() int64 {
	return kernelBytes(fmt.Sprintf("/proc/%d/status", p.command.Process.Pid), "VmRSS")
}

// Peak is the most memory that it ever had, in bytes; 0 where there is no /proc.
func (p *Process) Peak() int64 {
	return kernelBytes(fmt.Sprintf("/proc/%d/status", p.command.Process.Pid), "VmHWM")
}

// Alive ends when the process cannot answer any more, and says why.
func (p *Process) Alive() context.Context { return p.alive }

// Kill ends the process with no chance to do anything about it.
func (p *Process) Kill() error {
	if err := p.command.Process.Kill(); err != nil {
		return fmt.Errorf("killing a measured process: %w", err)
	}
	for range p.answers { // until its output ends
	}
	err := p.stdin.Close()
	_ = p.command.Wait() // it was killed, which is no news
	return err
}

// follow takes in answers until the process ends or fails.
func (p *Process) follow(ctx context.Context, stdout io.Reader) {
	var dead context.CancelCauseFunc
	p.alive, dead = context.WithCancelCause(ctx)
	p.answers = make(chan answer, 1) // one is written for each word
	go func() {
		defer close(p.answers)
		lines := json.NewDecoder(stdout)
		for {
			var a answer
			err := lines.Decode(&a)
			if err != nil {
				dead(fmt.Errorf("reading the report of a measured process: %w", err))
				return
			}
			if a.Err != "" {
				dead(fmt.Errorf("measuring: %s", a.Err))
				continue
			}
			p.answers <- a
		}
	}()
}

// ask says a word, or the order, and waits for the answer to it.
func (p *Process) ask(word any) (answer, error) {
	if err := p.words.Encode(word); err != nil {
		return answer{}, fmt.Errorf("telling a measured process what to do: %w", err)
	}
	a, ok := <-p.answers
	if !ok {
		return answer{}, context.Cause(p.alive)
	}
	return a, nil
}

// Close lets the process end and waits for it.
func (p *Process) Close() error {
	err := p.stdin.Close()
	for range p.answers { // nobody waits for what is left
	}
	return errors.Join(err, p.command.Wait())
}

// Do runs a process whose work is done when it is ready, and reads what it
// said.
func Do(ctx context.Context, kind string, body, said any) (err error) {
	p, err := Start(ctx, kind, "", body)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.Close()) }()
	if err := p.Said(said); err != nil {
		return err
	}
	if err := p.Begin(); err != nil {
		return err
	}
	_, err = p.End()
	return err
}

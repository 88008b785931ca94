//go:build synctests

package simulation

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"waybill/pipeline/stream"
)

// process is one life of an instance, from its start to its end or death.
type process struct {
	*stream.Runtime
	name    string
	workers int
	machine *machine
	net     *network
	disk    *disk
	cancel  context.CancelFunc

	mu   sync.Mutex
	dead bool          // killed: what Run says is of no interest
	done chan struct{} // closed when Run has returned
	err  error
}

var errDied = errors.New("the process was killed by the simulation")

// begin starts a process on what is on its machine's disk.
func (w *world) begin(name string, workers int, m *machine, left leftover) error {
	d, err := m.boot(left)
	if err != nil {
		return fmt.Errorf("starting %s: %w", name, err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	p := &process{name: name, workers: workers, machine: m, cancel: cancel, done: make(chan struct{})}
	p.net = &network{dialer: w.wires.DialContext, latency: w.plan.latency, kill: p.kill, conns: map[*wire]bool{}}
	p.disk, d.kill = d, p.kill
	if p.Runtime, err = stream.New(w.config(p), ledger{}); err != nil {
		cancel()
		return err
	}
	w.running[name] = p
	go func() {
		defer close(p.done)
		p.err = p.Run(ctx)
		if d.close != nil {
			p.err = errors.Join(p.err, d.close())
		}
	}()
	return nil
}

// kill ends a process as SIGKILL does, as far as the broker and the disk know:
// nothing more is sent or written. Its goroutines are told to end.
func (p *process) kill() {
	p.mu.Lock()
	died := !p.dead
	p.dead = true
	p.mu.Unlock()
	if died {
		p.disk.freeze(p.machine.crash)
	}
	p.net.bury()
	p.cancel()
}

func (p *process) isDead() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.dead
}

// ended tells whether Run has returned by itself, and why.
func (p *process) ended() (bool, error) {
	select {
	case <-p.done:
		return true, p.err
	default:
		return false, nil
	}
}

// stop ends a process in order.
func (p *process) stop() error {
	p.cancel()
	select {
	case <-p.done:
	case <-time.After(patience):
		return fmt.Errorf("stopping %s: it does not end", p.name)
	}
	if p.err != nil && !p.isDead() {
		return fmt.Errorf("stopping %s: %w", p.name, p.err)
	}
	return nil
}

//go:build synctests

package simulation

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"

	"waybill/pipeline/stream"
)

// result is what became of a history.
type result struct {
	err      error
	virtual  time.Duration
	requests int
	outputs  int
	log      string // of all processes
}

// play lets a plan happen in a bubble of virtual time, and checks it.
func play(t *testing.T, p *plan) (r result) {
	defer func() {
		if left := recover(); left != nil { // what the bubble has against its end
			r.err = errors.Join(r.err, fmt.Errorf("%v", left))
		}
	}()
	hung := time.AfterFunc(stuck, func() {
		debug.SetTraceback("all")
		panic(fmt.Sprintf("virtual time stands still in %v", p))
	})
	defer hung.Stop()
	synctest.Test(t, func(*testing.T) {
		w, err := newWorld(p.fresh())
		if err != nil {
			r.err = err
			return
		}
		watched, stop := context.WithCancel(context.Background())
		go w.follow()
		var watching sync.WaitGroup
		watching.Go(func() { w.watch(watched) })
		r.err = errors.Join(w.happen(), w.broken())
		r.virtual = time.Since(w.began)
		stop()
		watching.Wait()
		w.close()
		for _, one := range w.all() {
			<-one.done
			all, most := one.net.counted()
			r.requests += all
			if most > busy {
				r.err = errors.Join(r.err, fmt.Errorf("%s made %d requests in %v", one.name, most, stretch))
			}
		}
		for _, entries := range w.entries {
			r.outputs += len(entries)
		}
		r.log = w.lines.String()
	})
	return r
}

// busy is more requests than a process makes in a stretch of virtual time, unless
// it tries something again and again without waiting. At work it makes 250 in a
// second, and its client 1,300 in the one after a leader has moved.
const busy = 5000

// stuck is the real time after which a history is held for hung.
const stuck = 30 * time.Second

func (w *world) all() []*process {
	all := slices.Clone(w.gone)
	for _, p := range w.running {
		all = append(all, p)
	}
	return all
}

// happen does the steps, ends all faults, and checks what there is.
func (w *world) happen() error {
	for _, s := range w.plan.steps {
		elapse(time.Until(w.began.Add(s.at)))
		if err := w.do(s); err != nil {
			return fmt.Errorf("step %q: %w", s, err)
		}
	}
	if err := w.heal(); err != nil {
		return err
	}
	if err := w.settle(); err != nil {
		return err
	}
	return w.end()
}

// elapse lets virtual time go on.
func elapse(d time.Duration) {
	if d <= 0 {
		return
	}
	<-time.After(d)
}

func (w *world) do(s step) error {
	p := w.running[s.name]
	alive := p != nil && !p.isDead()
	switch s.kind {
	case produce:
		return w.produceNow(s.records)
	case start:
		return w.start(s)
	case refuse:
		fault := kfake.Fault{Keys: []kmsg.Key{s.key}, Err: s.err, Count: s.nth}
		fault.When = transactional
		w.faults = append(w.faults, w.cluster.Fault(fault))
	case moveLeaders:
		w.cluster.ShufflePartitionLeaders()
	case moveCoordinators:
		w.cluster.RehashCoordinators()
	case compact:
		if w.readAll("state") {
			w.cluster.Compact()
		}
	case deleteHandled:
		return w.deleteHandled()
	case notify:
		if alive {
			p.Wake("k", s.notice)
		}
		return w.notify(s.notice)
	default:
		if alive {
			return w.harm(p, s)
		}
	}
	return nil
}

// transactional tells requests of the processes from those of the world itself,
// where both make such requests and a refusal would end the world.
func transactional(r kmsg.Request) bool {
	switch r := r.(type) {
	case *kmsg.ProduceRequest:
		return r.TransactionID != nil
	case *kmsg.InitProducerIDRequest:
		return r.TransactionalID != nil
	}
	return true
}

// harm does something to a process that lives.
func (w *world) harm(p *process, s step) error {
	switch s.kind {
	case stop:
		return w.stop(p)
	case crash:
		p.kill()
	case trapRequest:
		p.net.set(&trap{s.key, s.nth, s.fate})
	case trapWrite:
		p.disk.trap(s.nth, s.after)
	case cutOff:
		p.net.cut(s.silent)
		elapse(s.lasts)
		p.net.heal()
	case usurp:
		// The one that is there is cut off, and comes back as a zombie.
		p.net.cut(true)
		elapse(time.Second)
		w.gone = append(w.gone, p)
		w.usurped[p.name] = true
		w.disks[s.name] = newMachine(w.plan, s.name)
		if err := w.begin(s.name, s.workers, w.disks[s.name], nothing); err != nil {
			return err
		}
		elapse(time.Second)
		p.net.heal()
	}
	return nil
}

func (w *world) produceNow(records []*written) error {
	if w.plan.clock == stream.Live {
		for _, r := range records {
			r.record.Timestamp = time.Now()
		}
	}
	return w.produce(records)
}

// start begins a process unless it runs.
func (w *world) start(s step) error {
	p := w.running[s.name]
	if p != nil && !p.isDead() {
		over, err := p.ended()
		if !over {
			return nil
		}
		if !w.usurped[p.name] || !errors.Is(err, kerr.FencedInstanceID) {
			return fmt.Errorf("%s has ended: %w", p.name, err)
		}
	}
	if p != nil {
		w.gone = append(w.gone, p)
	}
	if w.disks[s.name] == nil {
		w.disks[s.name] = newMachine(w.plan, s.name)
	}
	return w.begin(s.name, s.workers, w.disks[s.name], s.left)
}

func (w *world) stop(p *process) error {
	delete(w.running, p.name)
	w.gone = append(w.gone, p)
	err := p.stop()
	if w.usurped[p.name] && errors.Is(err, kerr.FencedInstanceID) {
		return nil
	}
	return err
}

// deleteHandled lets retention take what the group has committed.
func (w *world) deleteHandled() error {
	group := w.cluster.GroupInfo("ledger")
	if group == nil {
		return nil
	}
	for topic, partitions := range group.Commits {
		for p, commit := range partitions {
			if err := w.cluster.DeleteRecords(topic, p, commit.Offset); err != nil {
				return err
			}
		}
	}
	return nil
}

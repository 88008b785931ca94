//go:build synctests

package simulation

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"
	"waybill/pipeline/stream"
	"waybill/pipeline/stream/store"

	"github.com/twmb/franz-go/pkg/kadm"
)

// heal ends all faults. Whoever has died is begun again.
func (w *world) heal() error {
	for _, f := range w.faults {
		f.Remove()
	}
	for _, p := range w.gone {
		p.kill()
	}
	for _, name := range names {
		p := w.running[name]
		if p == nil {
			continue
		}
		p.net.heal()
		p.disk.trap(0, false)
		if err := w.start(step{name: name, workers: p.workers}); err != nil {
			return err
		}
	}
	if len(w.running) == 0 {
		if err := w.start(step{name: names[0], workers: 1}); err != nil {
			return err
		}
	}
	w.ticked = past + 1_000_000
	if w.plan.clock == stream.Log {
		return w.tick(time.UnixMilli(w.ticked))
	}
	return nil
}

// settle waits until all is handled as the model has it.
func (w *world) settle() error {
	w.healed = time.Now()
	deadline := w.healed.Add(patience)
	for {
		err := errors.New("the group does not commit all that there is")
		if w.caught() {
			_, err = w.verify(true)
		}
		if owned := w.owned(); err == nil && owned != int(w.plan.partitions) {
			err = fmt.Errorf("%d partitions of %d have an owner", owned, w.plan.partitions)
		}
		if err == nil {
			return nil
		}
		for _, p := range w.running {
			if err := w.start(step{name: p.name, workers: p.workers}); err != nil {
				return err
			}
		}
		if err := w.layGhosts(); err != nil {
			return err
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("after %v without a fault: %w", patience, err)
		}
		elapse(250 * time.Millisecond)
	}
}

// layGhosts removes members whose process is no more, which a broker does when
// their session is over, and after two rebalance timeouts all members of a group
// that still waits for some to join, who then join anew. The cluster here
// forgets both when a member is cut off while it joins.
func (w *world) layGhosts() error {
	group := w.cluster.GroupInfo("ledger")
	if group == nil || time.Since(w.healed) < 2*sessionTimeout {
		return nil
	}
	hangs := group.State != "Stable" && time.Since(w.healed) > 2*time.Minute
	alive := map[string]bool{}
	for _, p := range w.running {
		for i := range p.workers {
			alive[fmt.Sprintf("ledger-%s-%d", p.name, i)] = !hangs
		}
	}
	for _, m := range group.Members {
		if m.InstanceID == nil || alive[*m.InstanceID] || !hangs && group.State != "Stable" {
			continue
		}
		if _, err := kadm.NewClient(w.client).LeaveGroup(context.Background(), kadm.LeaveGroup("ledger").InstanceIDs(*m.InstanceID)); err != nil {
			return fmt.Errorf("removing member %s: %w", *m.InstanceID, err)
		}
	}
	if hangs {
		elapse(10 * time.Second)
	}
	return nil
}

func (w *world) owned() (n int) {
	for _, p := range w.running {
		n += len(p.Progress())
	}
	return n
}

// end ends all processes in order, and checks that changelog, conclusions and
// stores are the model's.
func (w *world) end() error {
	for _, p := range w.running {
		if err := w.stop(p); err != nil {
			return err
		}
	}
	for _, p := range w.gone {
		<-p.done
	}
	elapse(time.Second)
	m, err := w.verify(false)
	if err != nil {
		return fmt.Errorf("at the end: %w", err)
	}
	for partition := range w.plan.partitions {
		log := w.changelog(partition, math.MaxInt64)
		for key, v := range m.values {
			if w.home(key) == partition && log[key] != string(v.payload) {
				return fmt.Errorf("key %s: the changelog has %q, the model %q", key, log[key], v.payload)
			}
			if w.home(key) == partition && v.payload != nil && w.stands[key] != string(v.payload) {
				return fmt.Errorf("key %s: the last conclusion is %q, the model has %q", key, w.stands[key], v.payload)
			}
		}
	}
	return w.verifyStores()
}

// changelog is what the changelog says of a partition's keys up to an offset.
func (w *world) changelog(partition int32, end int64) map[string]string {
	w.mu.Lock()
	defer w.mu.Unlock()
	values := map[string]string{}
	for _, r := range w.log {
		switch {
		case r.Partition != partition || r.Offset >= end:
		case r.Value == nil:
			delete(values, string(r.Key))
		default:
			values[string(r.Key)] = payload(r.Value)
		}
	}
	return values
}

// verifyStores: what each process left on its disk is what the changelog says
// up to the store's mark, no more and no less (rule E2).
func (w *world) verifyStores() error {
	for name, m := range w.disks {
		if err := w.verifyDisk(m); err != nil {
			return fmt.Errorf("on the disk of %s: %w", name, err)
		}
	}
	return nil
}

func (w *world) verifyDisk(m *machine) error {
	d, err := m.boot(newest)
	if err != nil {
		return err
	}
	for partition, mark := range d.Held() {
		if err == nil {
			err = w.verifyStore(d.Database, partition, mark)
		}
	}
	if d.close != nil {
		err = errors.Join(err, d.close())
	}
	return err
}

func (w *world) verifyStore(disk store.Database, partition int32, mark store.Mark) error {
	s, err := disk.Open(context.Background(), partition)
	if err != nil {
		return err
	}
	want := w.changelog(partition, mark.Offset)
	var wrong error
	for key := range w.keys {
		if w.home(key) != partition {
			continue
		}
		got, err := s.Get(key)
		if err != nil || payload(got) != want[key] {
			wrong = fmt.Errorf("the store of partition %d, which stands at %d, has %q of key %s, the changelog %q: %w", partition, mark.Offset, payload(got), key, want[key], err)
		}
	}
	return errors.Join(wrong, s.Close())
}

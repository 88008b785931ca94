package stream

import (
	"context"
	"maps"
	"slices"
)

// dismiss ends tenures: their work is cancelled and waited for, what they have
// in memory is dropped, and their stores stay as the last commit left them. A
// partition without a tenure is passed over. The caller holds mu, which is given
// up meanwhile: a restore that was told to end may still wait for a broker that
// is silent, and the client's callbacks must not wait with it.
func (s *session) dismiss(partitions ...int32) {
	var going []*tenure
	for _, partition := range partitions {
		if te := s.remove(partition); te != nil {
			te.gone = true
			te.cancel()
			going = append(going, te)
		}
	}
	s.mu.Unlock()
	s.outlast(going)
	for _, te := range going {
		<-te.restored
	}
	s.mu.Lock()
	for _, te := range going {
		s.clear(te)
	}
}

// remove takes a tenure off the session's lists, nil if there is none.
func (s *session) remove(partition int32) *tenure {
	if te := s.tenures[partition]; te != nil {
		delete(s.tenures, partition)
		return te
	}
	for i, te := range s.arrivals {
		if te.task.partition == partition {
			s.arrivals = slices.Delete(s.arrivals, i, i+1)
			return te
		}
	}
	return nil
}

// clear drops what a tenure has in memory, and gives its store back. Its restore
// has ended.
func (s *session) clear(te *tenure) {
	partition := te.task.partition
	defer s.standbys.release(partition)
	if te.ready {
		if err := te.task.state.close(); err != nil && s.failure == nil {
			s.failure = err
		}
		s.metrics.board.remove(partition)
	}
	for _, in := range te.task.inputs {
		if in.paused { // the client would keep it so until it comes back
			s.client.ResumeFetchPartitions(map[string][]int32{in.full: {partition}})
		}
	}
	if err := closeStore(te.store, partition); err != nil && s.failure == nil {
		s.failure = err
	}
}

// outlast waits for cancelled work, no longer than ShutdownTimeout for all of
// it. Work that ignores its context keeps neither tasks nor the process: it is
// left behind, and nobody will hear of its result. That is what the loss of a
// process would be to it, so the next owner of the key does what it does then.
func (s *session) outlast(going []*tenure) {
	going = slices.DeleteFunc(slices.Clone(going), func(te *tenure) bool { return te.late || !s.pool.busy(te) })
	if len(going) == 0 {
		return
	}
	limited, cancel := context.WithTimeout(context.Background(), s.cfg.ShutdownTimeout)
	defer cancel()
	returned := make(chan struct{})
	go func() {
		defer close(returned)
		for _, te := range going {
			te.work.Wait()
		}
	}()
	select {
	case <-returned:
	case <-limited.Done():
		s.giveUp(going)
	}
}

// giveUp says which work did not return, so that it is not waited for again.
func (s *session) giveUp(going []*tenure) {
	for _, te := range going {
		if te.late || !s.pool.busy(te) {
			continue
		}
		te.late = true
		s.cfg.Logger.Error("asynchronous work ignores that it was cancelled, and is left behind: mend Perform, which must return soon after its context is done",
			"app", s.cfg.App, "partition", te.task.partition, "waited", s.cfg.ShutdownTimeout, "keys", slices.Sorted(maps.Keys(te.task.works)))
	}
}

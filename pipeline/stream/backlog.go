package stream

// waiting returns how many records, and about how many bytes of them, are
// polled and not handled. It may be called while rebalances are allowed.
func (s *session) waiting() (records, bytes int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, te := range s.tenures {
		for _, in := range te.task.inputs {
			records += in.waiting()
			bytes += in.bytes
		}
	}
	return records, bytes
}

// pause stops fetching what has enough waiting: an input whose queue is full,
// and once the worker is full every input that has any. An input without is
// never paused, for a merge may wait for it, and then it alone can make room.
func (s *session) pause() {
	_, bytes := s.waiting()
	for _, te := range s.tenures {
		for _, in := range te.task.inputs {
			n := in.waiting()
			if !in.paused && n > 0 && (n >= s.cfg.MaxQueued || bytes >= s.cfg.MaxQueuedBytes) {
				in.paused = true
				s.client.PauseFetchPartitions(map[string][]int32{in.full: {te.task.partition}})
			}
		}
	}
}

// resume fetches again what was paused and has been worked off by half, or has
// nothing left that the merge could go on with.
func (s *session) resume(t *task) {
	for _, in := range t.inputs {
		if !in.paused || in.waiting() > s.cfg.MaxQueued/2 {
			continue
		}
		if _, bytes := s.waiting(); in.waiting() == 0 || bytes <= s.cfg.MaxQueuedBytes/2 {
			in.paused = false
			s.client.ResumeFetchPartitions(map[string][]int32{in.full: {t.partition}})
		}
	}
}

package polling

import (
	"encoding/json"
	"hash/maphash"
	"net/http"
	"sync"

	"waybill/schemas"
)

// memory is what sources told last of each parcel, so that what is told again is
// no news: it need not be sent (ETag, Last-Modified), nor published. It is
// bounded; what it forgets, or loses in a restart, is published once more, and
// the rules know it (I4).
type memory struct {
	seed maphash.Seed
	each int // entries of a generation

	mu       sync.Mutex
	new, old map[uint64]said // what is not used while a generation fills is forgotten
}

// said is what a source told of a parcel.
type said struct {
	etag, modified string
	events         uint64 // digest of the events
}

// memoryEntries is how many parcels are remembered at least, at about 100 bytes
// each, and as many again at most.
const memoryEntries = 250_000

// maxValidatorBytes bounds what is kept of an ETag or Last-Modified.
const maxValidatorBytes = 128

func newMemory(each int) *memory {
	return &memory{seed: maphash.MakeSeed(), each: each, new: make(map[uint64]said)}
}

// key names a parcel at an account.
func (m *memory) key(a *Account, p *parcel) uint64 {
	var h maphash.Hash
	h.SetSeed(m.seed)
	for _, part := range [...]string{a.Tenant, a.Name, p.carrier, p.number} {
		h.WriteString(part) //nolint:gosec // G104: a hash takes everything
		h.WriteByte(0)      //nolint:gosec // G104: a hash takes everything
	}
	return h.Sum64()
}

// get gives what was told last, or nothing.
func (m *memory) get(a *Account, p *parcel) *said {
	key := m.key(a, p)
	m.mu.Lock()
	defer m.mu.Unlock()
	s, ok := m.new[key]
	if !ok {
		if s, ok = m.old[key]; ok {
			m.keep(key, s)
		}
	}
	return &s
}

// put remembers what was told, once it is acknowledged.
func (m *memory) put(a *Account, p *parcel, s said) {
	key := m.key(a, p)
	m.mu.Lock()
	defer m.mu.Unlock()
	m.keep(key, s)
}

func (m *memory) keep(key uint64, s said) {
	if len(m.new) >= m.each {
		m.old, m.new = m.new, make(map[uint64]said, m.each)
	}
	m.new[key] = s
}

// ask makes a request one that is answered with 304 where nothing has changed.
// It tells whether it did.
func (s *said) ask(request *http.Request) bool {
	if request.Method != http.MethodGet || s.etag == "" && s.modified == "" {
		return false
	}
	if s.etag != "" {
		request.Header.Set("If-None-Match", s.etag)
	}
	if s.modified != "" {
		request.Header.Set("If-Modified-Since", s.modified)
	}
	return true
}

// note takes an answer's validators.
func (s *said) note(header http.Header) {
	if etag := header.Get("ETag"); len(etag) <= maxValidatorBytes {
		s.etag = etag
	}
	if modified := header.Get("Last-Modified"); len(modified) <= maxValidatorBytes {
		s.modified = modified
	}
}

// compare makes no news of events that are those of the last time.
func (k *asker) compare(t *told, a *Account, p *parcel) {
	if t.outcome != OutcomeEvents {
		return
	}
	digest, err := k.news.digest(t.events)
	if err != nil {
		return // then they are published
	}
	before := k.news.get(a, p)
	if before.events == digest {
		t.outcome, t.events = OutcomeNoNews, nil
	}
	t.said = &said{events: digest}
}

// digest is the same for events that differ only in when they were received.
func (m *memory) digest(events []schemas.CarrierEvent) (uint64, error) {
	var h maphash.Hash
	h.SetSeed(m.seed)
	e := json.NewEncoder(&h)
	for _, event := range events {
		event.ReceivedAt = nil
		if err := e.Encode(&event); err != nil {
			return 0, err
		}
	}
	return h.Sum64(), nil
}

package keyset

import (
	"context"
	"crypto/rsa"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"
)

const (
	// fetchEvery is how often the set is fetched at most.
	fetchEvery = time.Minute
	// maxAge is how old it may be: a key that the platform has withdrawn counts no
	// more after that, if the platform can be reached.
	maxAge = time.Hour
	// fetchTimeout bounds one fetch. A request waits for it.
	fetchTimeout = 2 * time.Second
)

// Set is a key set. It is safe for concurrent use.
type Set struct {
	location string
	client   *http.Client // nil: the location is a file
	log      *slog.Logger

	fetching sync.Mutex // held by the one who fetches

	mu      sync.RWMutex
	keys    map[string]*rsa.PublicKey
	fetched time.Time
	tried   time.Time
}

// New makes a set of a location: an address that begins with https://, or with
// http:// on loopback, to try things out, or else the path of a file. Nothing is
// fetched yet.
func New(location string, client *http.Client, log *slog.Logger) (*Set, error) {
	s := &Set{location: location, log: log.With("key_set", location)}
	if !strings.Contains(location, "://") {
		return s, nil
	}
	u, err := url.Parse(location)
	if err != nil || u.Host == "" || u.User != nil {
		return nil, fmt.Errorf("reading the key set's address %q: it is no address of a web server", location)
	}
	local := u.Hostname() == "localhost" || strings.HasPrefix(u.Hostname(), "127.") || u.Hostname() == "::1"
	if u.Scheme != "https" && (u.Scheme != "http" || !local) {
		return nil, fmt.Errorf("reading the key set's address %q: it must begin with https://, or whoever is in between chooses the keys", location)
	}
	s.client = client
	return s, nil
}

// Key returns the key of an id, or nil. It may take a fetch to know; others that
// ask meanwhile for keys which are there do not wait.
func (s *Set) Key(ctx context.Context, id string) *rsa.PublicKey {
	key, due := s.look(id)
	switch {
	case !due:
		return key
	case key != nil:
		if s.fetching.TryLock() {
			s.fetch(ctx)
			s.fetching.Unlock()
		}
	default:
		s.fetching.Lock()
		if _, due = s.look(id); due {
			s.fetch(ctx)
		}
		s.fetching.Unlock()
	}
	key, _ = s.look(id)
	return key
}

// look returns the key as it is known, and whether the set is to be fetched.
func (s *Set) look(id string) (key *rsa.PublicKey, due bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	now := time.Now()
	key = s.keys[id]
	return key, (key == nil || now.Sub(s.fetched) > maxAge) && now.Sub(s.tried) >= fetchEvery
}

// fetch gets the set anew. One that cannot be had leaves the keys as they were:
// the log says so. Whoever has asked may go away meanwhile.
func (s *Set) fetch(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), fetchTimeout)
	defer cancel()
	data, err := s.read(ctx)
	var keys map[string]*rsa.PublicKey
	if err == nil {
		keys, err = parse(data)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tried = time.Now()
	if err != nil {
		s.log.Error("the public keys stay as they were", "err", err, "keys", len(s.keys))
		return
	}
	s.keys, s.fetched = keys, s.tried
	s.log.Info("public keys read", "keys", len(keys))
}

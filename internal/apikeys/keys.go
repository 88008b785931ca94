package apikeys

import (
	"log/slog"
	"maps"
	"os"
	"slices"
	"strings"
	"sync"
	"time"
)

// lookEvery is how often the file is looked at. A key that was taken out of it
// lets nobody in after that time.
const lookEvery = time.Second

// Keys are the keys of a file. A changed file counts within a second; one that
// cannot be read leaves the keys as they were, and the log says so.
type Keys struct {
	path string
	log  *slog.Logger
	tell func(Change) // nil: nobody

	mu     sync.Mutex
	byID   map[string]*Key
	seen   stamp
	looked time.Time
}

// stamp tells one content of a file from another.
type stamp struct {
	modified time.Time
	size     int64
}

// Open reads a file of keys. The error says what is wrong with it, and where.
func Open(path string, log *slog.Logger) (*Keys, error) {
	seen := stampOf(path) // before it is read: what changes meanwhile is seen later
	byID, err := read(path)
	if err != nil {
		return nil, err
	}
	return &Keys{path: path, log: log, byID: byID, seen: seen, looked: time.Now()}, nil
}

// How a key can change.
const (
	Added   = "added"
	Changed = "changed"
	Removed = "removed"
)

// Change is what became of a key when the file was read again.
type Change struct {
	What string // Added, Changed or Removed
	Key  Key    // as it is now, or as it was
}

// OnChange has tell called with each change, which must not wait for anything.
// It is to be called before the keys are used.
func (k *Keys) OnChange(tell func(Change)) { k.tell = tell }

// Find returns the key that has a text, or nil.
func (k *Keys) Find(text string) *Key {
	id, _, ok := strings.Cut(strings.TrimPrefix(text, prefix), "_")
	if !ok {
		return nil
	}
	key := k.current()[id]
	if key == nil || !key.is(text) {
		return nil
	}
	return key
}

// current returns the keys that the file has now, or had a moment ago.
func (k *Keys) current() map[string]*Key {
	k.mu.Lock()
	defer k.mu.Unlock()
	now := time.Now()
	if now.Sub(k.looked) < lookEvery {
		return k.byID
	}
	k.looked = now
	seen := stampOf(k.path)
	if seen == k.seen {
		return k.byID
	}
	k.seen = seen
	byID, err := read(k.path)
	if err != nil {
		k.log.Error("the API keys stay as they were", "err", err)
		return k.byID
	}
	k.tellChanges(byID)
	k.byID = byID
	return k.byID
}

// tellChanges says who was let in and who was shut out, for the audit.
func (k *Keys) tellChanges(byID map[string]*Key) {
	tell := func(what string, key *Key) {
		k.log.Info("API key "+what, "audit", true, "key", key.ID, "tenant", key.Tenant, "scopes", strings.Join(key.Scopes, ","))
		if k.tell != nil {
			k.tell(Change{what, *key})
		}
	}
	for _, id := range slices.Sorted(maps.Keys(byID)) {
		was, now := k.byID[id], byID[id]
		switch {
		case was == nil:
			tell(Added, now)
		case was.Tenant != now.Tenant, was.SHA256 != now.SHA256, !slices.Equal(was.Scopes, now.Scopes):
			tell(Changed, now)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(k.byID)) {
		if byID[id] == nil {
			tell(Removed, k.byID[id])
		}
	}
	k.log.Info("API keys read again", "keys", len(byID))
}

// stampOf returns the file's stamp, none when it is not there.
func stampOf(path string) stamp {
	info, err := os.Stat(path)
	if err != nil {
		return stamp{}
	}
	return stamp{info.ModTime(), info.Size()}
}

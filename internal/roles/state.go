package roles

import (
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"path/filepath"
	"slices"

	"github.com/cockroachdb/pebble/v2"

	"waybill/internal/config"
	"waybill/pipeline/stream/store"
)

// memTableBytes is how much of its newest state a job gathers in memory before
// it writes it, and so how much a crash makes it read again from its changelog:
// more for the jobs that change more.
var memTableBytes = map[string]int{Tracking: 64 << 20, Delivery: 32 << 20, Endpoints: 4 << 20}

// cacheShare is a job's part of the memory for values in use, in hundredths:
// most of what is kept are shipments.
var cacheShare = map[string]int{Tracking: 75, Delivery: 20, Endpoints: 5}

// states holds the state of this process's jobs on disk: a database for each,
// with one cache for all.
type states struct {
	dir    string
	memory int // bytes; half is the cache's, half for values in use
	cache  *pebble.Cache
	log    *slog.Logger
	open   []*store.PebbleDatabase
}

func newStates(s *config.Settings, instance string, log *slog.Logger) *states {
	memory := s.Pipeline.StateCache << 20
	return &states{
		dir:    filepath.Join(s.StateFolder(), instance),
		memory: memory,
		cache:  store.NewPebbleCache(int64(memory/2), slices.Collect(maps.Values(memTableBytes))...),
		log:    log,
	}
}

// cacheBytes is how much memory a job has for values in use.
func (s *states) cacheBytes(app string) int { return s.memory / 2 / 100 * cacheShare[app] }

// of opens a job's database.
func (s *states) of(app string) (*store.PebbleDatabase, error) {
	db, err := store.OpenPebble(filepath.Join(s.dir, app), store.PebbleOptions{
		Cache: s.cache, MemTableBytes: memTableBytes[app], Logger: s.log.With("app", app),
	})
	if err != nil {
		return nil, err
	}
	s.open = append(s.open, db)
	return db, nil
}

// close closes every database. The next start then has nothing to read again.
func (s *states) close() error {
	var errs []error
	for _, db := range s.open {
		errs = append(errs, db.Close())
	}
	s.cache.Unref()
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("closing the state in %s: %w", s.dir, err)
	}
	return nil
}

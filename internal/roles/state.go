package roles

import (
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"

	"github.com/cockroachdb/pebble/v2"

	"waybill/internal/config"
	"waybill/pipeline/stream/store"
)

// A job's state that changed last is gathered in memory before it is written:
// the more, the cheaper, and the more a crash makes the job read again from its
// changelog. The jobs that change more have more.
const (
	trackingMemTable  = 64 << 20
	deliveryMemTable  = 32 << 20
	endpointsMemTable = 4 << 20
)

// memTable is a job's part of that memory, in bytes.
func memTable(app string) int {
	switch app {
	case Tracking:
		return trackingMemTable
	case Delivery:
		return deliveryMemTable
	}
	return endpointsMemTable
}

// cacheShare is a job's part of the memory for values in use, as shares: most of
// what is kept are shipments.
func cacheShare(app string) int {
	switch app {
	case Tracking:
		return 75
	case Delivery:
		return 20
	}
	return 5
}

// states holds the state of this process's jobs on disk: a database for each,
// with one cache for all.
type states struct {
	dir    string
	memory int // bytes; half is the cache's, half for values in use
	shares int // of the jobs together
	cache  *pebble.Cache
	log    *slog.Logger
	open   []*store.PebbleDatabase
	gauges *storeGauges
}

// newStates shares the memory out to the jobs among the roles of this process.
func newStates(s *config.Settings, instance string, log *slog.Logger, names []string) *states {
	memory := s.Pipeline.StateCache << 20
	var memTables []int
	shares := 0
	for _, name := range names {
		if stateful(name) {
			memTables = append(memTables, memTable(name))
			shares += cacheShare(name)
		}
	}
	return &states{
		dir:    filepath.Join(s.StateFolder(), instance),
		memory: memory,
		shares: shares,
		cache:  store.NewPebbleCache(int64(memory/2), memTables...),
		log:    log,
		gauges: newStoreGauges(),
	}
}

// cacheBytes is how much memory a job has for values in use.
func (s *states) cacheBytes(app string) int { return s.memory / 2 / s.shares * cacheShare(app) }

// of opens a job's database.
func (s *states) of(app string) (*store.PebbleDatabase, error) {
	db, err := store.OpenPebble(filepath.Join(s.dir, app), store.PebbleOptions{
		Cache: s.cache, MemTableBytes: memTable(app), Logger: s.log.With("app", app),
	})
	if err != nil {
		return nil, err
	}
	s.open = append(s.open, db)
	s.gauges.add(app, db)
	return db, nil
}

// close closes every database. The next start then has nothing to read again.
func (s *states) close() error {
	s.gauges.close()
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

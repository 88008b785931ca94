//go:build synctests

package simulation

import (
	"math/rand/v2"

	"github.com/cockroachdb/pebble/v2/vfs"

	"waybill/pipeline/stream/store"
)

// machine is what a process finds on its disk, and leaves there.
type machine struct {
	db    store.Database // in memory: it outlives the process that used it
	fs    *vfs.MemFS     // Pebble's
	older *vfs.MemFS     // as it was at an earlier death or end
	rand  *rand.Rand     // what of the unsynced survives a crash
}

// leftover says which state a process begins with.
type leftover int

const (
	newest leftover = iota // what the one before it left: all of it, or what a crash leaves
	stale                  // what one before that left, as out of a backup
	nothing
	leftovers
)

func (l leftover) String() string {
	return [...]string{"the newest state", "old state", "no state"}[l]
}

func newMachine(p *plan, name string) *machine {
	m := &machine{rand: rand.New(rand.NewPCG(p.seed, uint64(name[0])))}
	m.clear(p.pebble)
	return m
}

func (m *machine) clear(pebble bool) {
	if pebble {
		m.fs = vfs.NewCrashableMem()
	} else {
		m.db = store.NewMemoryDatabase()
	}
}

// boot opens the database for a process.
func (m *machine) boot(left leftover) (*disk, error) {
	switch {
	case left == nothing:
		m.clear(m.fs != nil)
	case left == stale && m.older != nil:
		m.fs = m.older.CrashClone(vfs.CrashCloneCfg{})
	}
	d := &disk{Database: m.db}
	if m.fs == nil {
		return d, nil
	}
	db, err := store.OpenPebble("state", store.PebbleOptions{FS: m.fs, CacheBytes: 1 << 20, MemTableBytes: 256 << 10})
	d.Database, d.close = db, db.Close
	return d, err
}

// crash leaves on the disk what a crash would: what was synced, and some of the
// rest.
func (m *machine) crash() {
	if m.fs == nil {
		return
	}
	m.older = m.fs
	m.fs = m.fs.CrashClone(vfs.CrashCloneCfg{UnsyncedDataPercent: 50, RNG: m.rand})
}

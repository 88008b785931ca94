package store

// Stats are figures of a PebbleDatabase, in bytes.
type Stats struct {
	Disk     uint64 // of all files
	Cache    int64  // blocks in memory; of all databases that share the cache
	MemTable uint64 // what was applied last
	Debt     uint64 // about how much Pebble still has to rewrite in the background
}

// Stats takes microseconds, more while Pebble has many files.
func (d *PebbleDatabase) Stats() Stats {
	m := d.db.Metrics()
	return Stats{
		Disk:     m.DiskSpaceUsage(),
		Cache:    m.BlockCache.Size,
		MemTable: m.MemTable.Size + uint64(max(0, d.young.Load())),
		Debt:     m.Compact.EstimatedDebt,
	}
}

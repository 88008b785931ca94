package roles

import (
	"sync"

	"github.com/prometheus/client_golang/prometheus"

	"waybill/pipeline/stream/store"
)

// storeGauges show what the databases of the jobs take, read off when somebody
// asks. docs/metrics.md lists them.
type storeGauges struct {
	bytes, cache *prometheus.Desc

	mu        sync.Mutex                       // held while figures are read: a closed database has none
	databases map[string]*store.PebbleDatabase // by job
}

func newStoreGauges() *storeGauges {
	return &storeGauges{
		bytes:     prometheus.NewDesc("waybill_store_bytes", "Bytes that a job's database takes, by where.", []string{"job_name", "kind"}, nil),
		cache:     prometheus.NewDesc("waybill_store_cache_bytes", "Blocks in memory, of all databases of the process.", nil, nil),
		databases: map[string]*store.PebbleDatabase{},
	}
}

func (g *storeGauges) add(app string, db *store.PebbleDatabase) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.databases[app] = db
}

// close must come before the databases are closed.
func (g *storeGauges) close() {
	g.mu.Lock()
	defer g.mu.Unlock()
	clear(g.databases)
}

// Describe implements prometheus.Collector.
func (g *storeGauges) Describe(ch chan<- *prometheus.Desc) {
	ch <- g.bytes
	ch <- g.cache
}

// Collect implements prometheus.Collector.
func (g *storeGauges) Collect(ch chan<- prometheus.Metric) {
	g.mu.Lock()
	defer g.mu.Unlock()
	var cache int64 // shared: each database tells the same
	for app, db := range g.databases {
		s := db.Stats()
		cache = s.Cache
		for kind, n := range map[string]uint64{"disk": s.Disk, "memtable": s.MemTable, "debt": s.Debt} {
			ch <- prometheus.MustNewConstMetric(g.bytes, prometheus.GaugeValue, float64(n), app, kind)
		}
	}
	ch <- prometheus.MustNewConstMetric(g.cache, prometheus.GaugeValue, float64(cache))
}

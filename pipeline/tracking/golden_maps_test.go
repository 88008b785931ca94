package tracking

import "github.com/stretchr/testify/require"

// testMaps is one version of maps: a carrier's, and that of a source which has
// its own words.
type testMaps string

func (m testMaps) Lookup(source, carrier, rawCode, rawStatus string) (code, version string, ok bool) {
	words := map[string]string{
		"sim PU": "transit.picked_up", "sim HUB": "transit.arrived_facility",
		"aggregator InTransit": "transit.moving",
	}
	if m == "v2" {
		words["sim HUB"], words["sim LOST"] = "transit.processing", "failed.lost"
	}
	if code, ok = words[source+" "+rawStatus]; ok {
		return code, source + "-" + string(m), true
	}
	code, ok = words[carrier+" "+rawCode]
	return code, carrier + "-" + string(m), ok
}

// use goes on with other maps, as after a restart.
func (w *world) use(cfg *Config, maps string) {
	w.t.Helper()
	cfg.Maps = testMaps(maps)
	var err error
	w.job, err = NewJob(*cfg)
	require.NoError(w.t, err)
}

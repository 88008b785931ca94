package tracking

import (
	"sync"

	"github.com/stretchr/testify/require"

	"waybill/schemas/status/codemap"
)

// builtInMaps are the maps that Waybill ships, read once.
var builtInMaps = sync.OnceValues(func() (*codemap.Maps, error) {
	model, err := theModel()
	if err != nil {
		return nil, err
	}
	return codemap.Default(model)
})

// mapsNamed gives the maps that a script asks for: built-in, or a version of
// testMaps.
func mapsNamed(t tester, name string) Maps {
	t.Helper()
	if name != "built-in" {
		return testMaps(name)
	}
	m, err := builtInMaps()
	require.NoError(t, err)
	return m
}

// testMaps is one version of maps: a carrier's, and that of a source which has
// its own words.
type testMaps string

func (m testMaps) Lookup(source, carrier, rawCode, rawStatus, _ string) (code, version string, ok bool) {
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
	cfg.Maps = mapsNamed(w.t, maps)
	var err error
	w.job, err = NewJob(*cfg)
	require.NoError(w.t, err)
}

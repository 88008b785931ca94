package places

import (
	_ "embed"
	"strings"
	"sync"
)

//go:embed countries.txt
var countriesFile string

//go:embed zones.txt
var zonesFile string

// table is the two files, with folded names. Keys of states are "CC name"; those
// of towns "CC" and the state's code, or a star for the whole country, and " name".
type table struct {
	countries map[string]*country
	states    map[string]*state
	towns     map[string]string // zones
}

type country struct {
	code string
	zone string // empty: it takes more to know
}

type state struct {
	code      string
	zone      string // empty: it takes a town that is known
	needsTown bool
}

// tables reads the files once. They are part of the program and never change,
// so that no caller has to carry them about.
var tables = sync.OnceValue(func() *table { //nolint:gochecknoglobals // it is data, read at the first use
	t := &table{countries: make(map[string]*country), states: make(map[string]*state), towns: make(map[string]string)}
	eachLine(countriesFile, 4, t.addCountry)
	eachLine(zonesFile, 2, t.addZone)
	return t
})

// eachLine gives the parts of each line of a file that has at least so many.
func eachLine(file string, parts int, add func([]string)) {
	for line := range strings.Lines(file) {
		line = strings.TrimSuffix(line, "\n")
		if found := strings.Split(line, "\t"); !strings.HasPrefix(line, "#") && len(found) >= parts {
			add(found)
		}
	}
}

func (t *table) addCountry(parts []string) {
	c := &country{code: parts[0], zone: strings.TrimPrefix(parts[2], "-")}
	for _, name := range append(strings.Split(parts[3], "|"), parts[0], parts[1]) {
		t.countries[fold(name)] = c
	}
}

func (t *table) addZone(parts []string) {
	code, rest := parts[0][:2], parts[0][3:]
	if len(parts) > 2 {
		for town := range strings.SplitSeq(parts[2], "|") {
			t.towns[code+rest+" "+fold(town)] = parts[1]
		}
		return
	}
	names := strings.Split(rest, "|")
	zone, needsTown := strings.CutPrefix(parts[1], "?")
	s := &state{code: names[0], zone: zone, needsTown: needsTown}
	for _, name := range names {
		t.states[code+" "+fold(name)] = s
	}
}

func fold(name string) string { return string(appendFolded(nil, name)) }

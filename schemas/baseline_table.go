package schemas

// BaselineTable is the broadcast table baselines as one immutable value: the
// newest version of it that is whole. A nil table has no rows.
type BaselineTable struct {
	version string
	rows    map[baselineKey]*Baseline
}

// BaselineMinSamples is how many past gaps, or parcels, a figure must rest on.
// Where there are fewer, the coarser level is asked.
const BaselineMinSamples = 30

// Levels of baselines, the finest first; and that of the row which ends a
// version.
const (
	BaselineLane      = "lane"
	BaselineCountries = "countries"
	BaselineService   = "service"
	BaselineCarrier   = "carrier"
	BaselineManifest  = "manifest"
)

// Lane is what baselines are about. What is not known is empty.
type Lane struct {
	Carrier, Service                                                 string
	OriginCountry, OriginState, DestinationCountry, DestinationState string
}

// at gives the lane as a level has it; ok is false where the lane knows too
// little for that level.
func (l Lane) at(level string) (lane Lane, ok bool) {
	switch level {
	case BaselineLane:
		return l, l.OriginState != "" || l.DestinationState != ""
	case BaselineCountries:
		l.OriginState, l.DestinationState = "", ""
		return l, l.OriginCountry != "" || l.DestinationCountry != ""
	case BaselineService:
		return Lane{Carrier: l.Carrier, Service: l.Service}, l.Service != ""
	}
	return Lane{Carrier: l.Carrier}, true
}

// Lane returns what the row is about.
func (b *Baseline) Lane() Lane {
	return Lane{
		Carrier: b.Carrier, Service: b.Service,
		OriginCountry: b.OriginCountry, OriginState: b.OriginState,
		DestinationCountry: b.DestinationCountry, DestinationState: b.DestinationState,
	}
}

// longestBaseline bounds what a row may say, in seconds: a century.
const longestBaseline = 100 * 365 * 86400.0

// sound tells whether the figures of a row can be reckoned with.
func (b *Baseline) sound() bool {
	for i, q := range b.RemainingS {
		if !(q >= 0 && q <= longestBaseline) || i > 0 && q < b.RemainingS[i-1] {
			return false
		}
	}
	return b.GapP95S >= 0 && b.GapP95S <= longestBaseline
}

type baselineKey struct {
	level  string
	lane   Lane
	status string
}

// NewBaselineTable builds the table from the topic's values by key: the newest
// version that is complete, or an empty table when none is. So a version that
// is half written, or half removed, is never looked at.
func NewBaselineTable(codec *Codec[Baseline], entries map[string][]byte) *BaselineTable {
	for _, v := range BaselineVersions(codec, entries) {
		if !v.Complete() {
			continue
		}
		t := &BaselineTable{version: v.Version, rows: make(map[baselineKey]*Baseline, len(v.Rows))}
		for _, b := range v.Rows {
			if !b.sound() {
				continue
			}
			t.rows[baselineKey{b.Level, b.Lane(), b.Status}] = b
		}
		return t
	}
	return &BaselineTable{}
}

// Version names the version in use; it is empty when there is none.
func (t *BaselineTable) Version() string {
	if t == nil {
		return ""
	}
	return t.version
}

// Gap returns the finest row of a lane that knows how long scans stay away in a
// status (D3), or nil.
func (t *BaselineTable) Gap(lane Lane, status string) *Baseline {
	return t.find(lane, status, func(b *Baseline) bool { return b.Samples >= BaselineMinSamples })
}

// Remaining returns the finest row of a lane that knows how long it takes from
// a status to the stop of the clock (D4), or nil.
func (t *BaselineTable) Remaining(lane Lane, status string) *Baseline {
	return t.find(lane, status, func(b *Baseline) bool {
		return b.Parcels >= BaselineMinSamples && len(b.RemainingS) > 1
	})
}

func (t *BaselineTable) find(lane Lane, status string, knows func(*Baseline) bool) *Baseline {
	if t == nil || len(t.rows) == 0 {
		return nil
	}
	for _, level := range [...]string{BaselineLane, BaselineCountries, BaselineService, BaselineCarrier} {
		of, ok := lane.at(level)
		if !ok {
			continue
		}
		if b := t.rows[baselineKey{level, of, status}]; b != nil && knows(b) {
			return b
		}
	}
	return nil
}

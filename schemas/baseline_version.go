package schemas

import (
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"
)

// BaselineVersion is one version of the table baselines, as the topic has it.
type BaselineVersion struct {
	Version string
	// Manifest ends the version; nil when it is not there (yet, or any more).
	Manifest *Baseline
	// Rows are all others, in the order of their keys.
	Rows []*Baseline
}

// Complete tells whether every row of the version is there.
func (v *BaselineVersion) Complete() bool {
	return v.Manifest != nil && v.Manifest.Rows == int64(len(v.Rows))
}

// BaselineVersions sorts the topic's values by version, the newest first. A
// value that cannot be read is missing from its version, which is then not
// complete.
func BaselineVersions(codec *Codec[Baseline], entries map[string][]byte) []BaselineVersion {
	byName := map[string]*BaselineVersion{}
	for _, key := range slices.Sorted(maps.Keys(entries)) {
		b, err := codec.Decode(entries[key])
		if err != nil {
			continue
		}
		v := byName[b.Version]
		if v == nil {
			v = &BaselineVersion{Version: b.Version}
			byName[b.Version] = v
		}
		if b.Level == BaselineManifest {
			v.Manifest = b
		} else {
			v.Rows = append(v.Rows, b)
		}
	}
	versions := make([]BaselineVersion, 0, len(byName))
	for _, name := range slices.Backward(slices.Sorted(maps.Keys(byName))) {
		versions = append(versions, *byName[name])
	}
	return versions
}

// NewBaselineVersion makes rows one version of the table: it gives each its
// version and puts the manifest at the end. The rows were built at an instant
// from what happened since and until then.
func NewBaselineVersion(rows []Baseline, built, since, until time.Time) []Baseline {
	built = built.UTC().Truncate(time.Millisecond)
	version := built.Format("20060102T150405.000Z")
	whole := make([]Baseline, 0, len(rows)+1)
	for _, b := range rows {
		b.Version, b.BuiltAt = version, built
		whole = append(whole, b)
	}
	return append(whole, Baseline{
		Version: version, Level: BaselineManifest, Rows: int64(len(rows)), BuiltAt: built, Since: &since, Until: &until,
	})
}

// Key gives the key of the row on the topic baselines. It begins with the
// version, so that a new version replaces nothing of the one in use.
func (b *Baseline) Key() string {
	parts := []string{
		b.Version, b.Level, b.Carrier, b.Service, b.OriginCountry, b.OriginState, b.DestinationCountry, b.DestinationState, b.Status,
	}
	for i, part := range parts {
		parts[i] = url.PathEscape(part)
	}
	return strings.Join(parts, "/")
}

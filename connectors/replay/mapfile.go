package replay

import (
	"embed"
	"errors"
	"fmt"
	"os"
	"path"
	"slices"
	"strings"

	"waybill/schemas"
	"waybill/schemas/yamlfile"
)

//go:embed maps/*.yaml
var mapFiles embed.FS

// MapNames lists the maps that this build carries.
func MapNames() []string {
	entries, err := mapFiles.ReadDir("maps")
	if err != nil {
		return nil // the directory is part of the build
	}
	names := make([]string, len(entries))
	for i, e := range entries {
		names[i] = strings.TrimSuffix(e.Name(), ".yaml")
	}
	return names
}

// LoadMap reads a map by the name of one that this build carries, or else by
// the path of a file.
func LoadMap(nameOrPath string) (*Map, error) {
	if slices.Contains(MapNames(), nameOrPath) {
		data, err := mapFiles.ReadFile(path.Join("maps", nameOrPath+".yaml"))
		if err != nil {
			return nil, fmt.Errorf("reading map %s: %w", nameOrPath, err)
		}
		return ParseMap(nameOrPath, data)
	}
	data, err := os.ReadFile(nameOrPath)
	if errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("reading map %s: there is no such file, and the maps of this build are %s%s",
			nameOrPath, strings.Join(MapNames(), ", "), yamlfile.DidYouMean(nameOrPath, MapNames()))
	}
	if err != nil {
		return nil, fmt.Errorf("reading map %s: %w", nameOrPath, err)
	}
	return ParseMap(nameOrPath, data)
}

// ParseMap reads a map from YAML. file is for messages.
func ParseMap(file string, data []byte) (*Map, error) {
	m, err := parseMap(data)
	if err != nil {
		return nil, fmt.Errorf("reading map %s: %w", file, err)
	}
	return m, nil
}

func parseMap(data []byte) (*Map, error) {
	m := &Map{}
	if err := yamlfile.Decode(data, m); err != nil {
		return nil, err
	}
	return m, m.validate()
}

// validate refuses a map that would fail, or mislead, on every row.
func (m *Map) validate() error {
	r := &m.Registration
	if r.WindowDays == 0 {
		r.WindowDays = int(longestWindow.Hours() / 24)
	}
	if r.Backfill == "" {
		r.Backfill = schemas.BackfillNone
	}
	switch {
	case m.Name == "" || m.Version == "":
		return errors.New("name or version is missing")
	case len(m.Tenant.parts) == 0 || len(m.Carrier.parts) == 0:
		return errors.New("tenant or carrier is missing")
	case len(m.Number.columns()) == 0:
		return errors.New("number names no column: all rows would be one parcel")
	case len(m.Times.Layouts) == 0:
		return errors.New("times.layouts is missing")
	case len(r.Arrival.terms) == 0:
		return errors.New("registration.arrival is missing")
	case r.WindowDays < 1 || r.WindowDays > 30:
		return fmt.Errorf("registration.window_days is %d; 1 to 30 are allowed", r.WindowDays)
	case !slices.Contains([]string{schemas.BackfillNone, schemas.BackfillCurrent, schemas.BackfillAll}, r.Backfill):
		return fmt.Errorf("registration.backfill is %q; none, current or all is allowed", r.Backfill)
	}
	if err := m.Times.Precision.validate(); err != nil {
		return err
	}
	seen := make(map[string]bool)
	for i, e := range m.Events {
		switch {
		case e.RawCode == "" || e.Code == "" || e.Occurred == "" || len(e.Arrival.terms) == 0:
			return fmt.Errorf("events[%d]: raw_code, code, occurred or arrival is missing", i)
		case seen[e.RawCode]:
			return fmt.Errorf("events[%d]: the raw_code %s is used twice; it tells events apart", i, e.RawCode)
		}
		seen[e.RawCode] = true
	}
	return nil
}

func (p *PrecisionColumn) validate() error {
	if p == nil {
		return nil
	}
	if p.Column == "" || len(p.Values) == 0 {
		return errors.New("times.precision: column or values is missing")
	}
	for cell, precision := range p.Values {
		if coarseness(precision) < 0 {
			return fmt.Errorf("times.precision: %s stands for %q; second, minute or day is allowed", cell, precision)
		}
	}
	return nil
}

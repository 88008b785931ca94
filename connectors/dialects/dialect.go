package dialects

import (
	"cmp"
	"slices"

	"waybill/schemas"
)

// Dialect is the form in which one source tells of parcels.
type Dialect struct {
	// Name is the dialect's, in canonical spelling: lower case with dashes. With
	// the way in behind it (shippo-push) it is the source of the events, and so
	// the name of their code map.
	Name string
	// Aliases are other names of it.
	Aliases []string
	// Carrier is whose parcels it tells of; empty: a platform's, which names the
	// carrier in its payloads.
	Carrier string
	// Zone is the IANA zone of times that have none, nor a place with one; empty:
	// UTC is assumed (T2).
	Zone string

	// marks are what payloads of this dialect hold, and those of no other: one
	// of them has to be there as a whole. They tell the dialect of a payload
	// that comes without its name.
	marks []mark
	read  func(r *reader) error
}

// Platform tells whether the source passes on what carriers say.
func (d *Dialect) Platform() bool { return d.Carrier == "" }

// dialects are all of them, by name.
var dialects = byName(platforms(), carriersOfAmerica(), carriersOfEurope(), own())

func byName(groups ...[]*Dialect) []*Dialect {
	all := slices.Concat(groups...)
	slices.SortFunc(all, func(a, b *Dialect) int { return cmp.Compare(a.Name, b.Name) })
	return all
}

// All lists the dialects, by name.
func All() []*Dialect { return slices.Clone(dialects) }

// Named finds a dialect by any spelling of its name or an alias, or gives nil.
func Named(name string) *Dialect {
	name = schemas.CanonicalCarrier(name)
	for _, d := range dialects {
		if d.Name == name || slices.Contains(d.Aliases, name) {
			return d
		}
	}
	return nil
}

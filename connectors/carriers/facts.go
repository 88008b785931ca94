package carriers

import (
	"maps"
	"slices"

	"waybill/schemas"
	"waybill/schemas/yamlfile"
)

// Facts are what the table knows of a carrier, or of a family of carriers.
type Facts struct {
	Carrier string   `json:"carrier"` // slug, or name of a family
	Name    string   `json:"name"`
	Aliases []string `json:"aliases"`
	// Ways are those in which news of its parcels come: push, where it calls who
	// follows a parcel, and poll, where something asks it.
	Ways    []string     `json:"ways"`
	Numbers []NumberForm `json:"numbers"`
	// OtherNumbers says whether a number of no such form is unchecked or refused
	// (R2).
	OtherNumbers string   `json:"other_numbers"`
	Zone         string   `json:"zone"`    // of its clocks (T2); empty: they have several
	Members      []string `json:"members"` // of a family
}

// NumberForm is a form of a carrier's numbers.
type NumberForm struct {
	Name       string `json:"name"`
	Example    string `json:"example"`
	CheckDigit bool   `json:"check_digit"`
}

// Facts lists carriers by slug, and then families by name.
func (t *Table) Facts() []Facts {
	aliases := make(map[string][]string)
	for _, alias := range slices.Sorted(maps.Keys(t.alias)) {
		if slug := t.alias[alias]; slug != alias {
			aliases[slug] = append(aliases[slug], alias)
		}
	}
	var list []Facts
	for _, from := range []map[string]*carrier{t.bySlug, t.families} {
		for _, slug := range slices.Sorted(maps.Keys(from)) {
			f := from[slug].facts()
			f.Aliases = append(f.Aliases, aliases[slug]...)
			list = append(list, f)
		}
	}
	return list
}

func (c *carrier) facts() Facts {
	f := Facts{
		Carrier: c.slug, Name: c.name, Aliases: []string{}, Ways: []string{}, Numbers: []NumberForm{}, OtherNumbers: "refused", Zone: c.zone,
		Members: append([]string{}, c.members...),
	}
	if c.formless || len(c.forms) == 0 {
		f.OtherNumbers = "unchecked"
	}
	if c.pushes {
		f.Ways = append(f.Ways, "push")
	}
	if c.polled {
		f.Ways = append(f.Ways, "poll")
	}
	for _, form := range c.forms {
		f.Numbers = append(f.Numbers, NumberForm{form.name, form.example, form.check != nil})
	}
	slices.Sort(f.Members)
	f.Members = slices.Compact(f.Members)
	return f
}

// Zone gives the zone of a carrier's clocks where it is always the same (T2:
// carrier_default), by any spelling of its name, or "".
func (t *Table) Zone(name string) string {
	if c, ok := t.bySlug[t.Canonical(name)]; ok {
		return c.zone
	}
	return ""
}

// DidYouMean names the carrier or family whose name is nearest to one that the
// table does not have, as a remark to follow it, or nothing when none is near.
func (t *Table) DidYouMean(name string) string {
	names := slices.Sorted(maps.Keys(t.families))
	return yamlfile.DidYouMean(schemas.CanonicalCarrier(name), append(names, slices.Sorted(maps.Keys(t.alias))...))
}

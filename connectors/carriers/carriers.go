package carriers

import "waybill/schemas"

// Table is the knowledge of all carriers. It does not change once it is made
// and is safe for concurrent use. Make one with Default or Parse.
type Table struct {
	bySlug    map[string]*carrier
	alias     map[string]string   // canonical spelling of an alias to slug
	families  map[string]*carrier // by name
	anybody   *carrier            // has the forms of all
	detectors []detector
}

type carrier struct {
	slug, name string
	members    []string // of a family
	builtIn    bool     // it is as this build has it
	forms      []*form
	formless   bool                // numbers of no listed form pass
	products   map[string]*product // by name and token, folded
	listedOnly bool                // products that are not listed are not tracked
	pushes     bool                // it calls who follows a parcel
	polled     bool                // there is a poller for it
	zone       string              // of its clocks; empty: they have several
}

// Len is the number of carriers.
func (t *Table) Len() int { return len(t.bySlug) }

// Canonical gives the slug of a carrier from any spelling or alias of it (rule
// I1). A carrier that the table does not have keeps its own name, in canonical
// spelling.
func (t *Table) Canonical(name string) string {
	spelled := schemas.CanonicalCarrier(name)
	if slug, ok := t.alias[spelled]; ok {
		return slug
	}
	return spelled
}

// Polled tells whether a poller asks the carrier (rule D8), by any spelling of
// its name.
func (t *Table) Polled(name string) bool {
	c, ok := t.bySlug[t.Canonical(name)]
	return ok && c.polled
}

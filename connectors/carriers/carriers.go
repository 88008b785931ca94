package carriers

import (
	"fmt"

	"waybill/schemas"
)

// Table is the knowledge of all carriers. It does not change once it is made
// and is safe for concurrent use. Make one with Default or Parse.
type Table struct {
	bySlug map[string]*carrier
	alias  map[string]string // canonical spelling of an alias to slug
}

type carrier struct {
	slug, name string
	forms      []form
	formless   bool                // numbers of no listed form pass
	products   map[string]*product // by name and token, folded
	listedOnly bool                // products that are not listed are not tracked
	polled     bool                // there is a poller for it
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

// CheckNumber judges a tracking number by its carrier's published form and
// check digit (rule R2), in any spelling of the two.
//
// When the carrier is unknown, or no form of its numbers is, or the number has
// none of a carrier's that has others besides, known is false and the number
// passes unchecked. When valid is false, reason says why, in a
// sentence for the tenant.
func (t *Table) CheckNumber(name, number string) (known, valid bool, reason string) {
	c, ok := t.bySlug[t.Canonical(name)]
	if !ok || len(c.forms) == 0 {
		return false, true, ""
	}
	canonical := schemas.CanonicalNumber(number)
	for _, f := range c.forms {
		if !f.pattern.MatchString(canonical) {
			continue
		}
		if f.check == nil || f.check(canonical) {
			return true, true, ""
		}
		reason = fmt.Sprintf("The check digit of %s is wrong; %s numbers have the form %s.", canonical, c.name, f.name)
	}
	if reason == "" {
		if c.formless {
			return false, true, ""
		}
		reason = fmt.Sprintf("%s is no number of %s, such as %s.", canonical, c.name, c.forms[0].example)
	}
	return true, false, reason
}

// Polled tells whether a poller asks the carrier (rule D8), by any spelling of
// its name.
func (t *Table) Polled(name string) bool {
	c, ok := t.bySlug[t.Canonical(name)]
	return ok && c.polled
}

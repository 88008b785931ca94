package carriers

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"waybill/schemas"
)

// maxNumber bounds tracking numbers, in bytes, as keys do.
const maxNumber = 100

// canonicalNumber gives the canonical form of a tracking number: upper case, without
// blanks and dashes. What can be no number gives a reason, in a sentence, and "".
func canonicalNumber(number string) (canonical, reason string) {
	switch {
	case len(number) > 4*maxNumber:
		return "", fmt.Sprintf("It has %d bytes; a tracking number has up to %d characters.", len(number), maxNumber)
	case !utf8.ValidString(number):
		return "", "It is no UTF-8."
	}
	canonical = schemas.CanonicalNumber(number)
	switch {
	case canonical == "":
		return "", "It is empty."
	case len(canonical) > maxNumber:
		return "", fmt.Sprintf("It has %d bytes; a tracking number has up to %d characters.", len(canonical), maxNumber)
	case strings.ContainsFunc(canonical, unicode.IsControl):
		return "", "It holds a control character."
	}
	return canonical, ""
}

// Judgement is what is known of a number.
type Judgement struct {
	// Canonical is the number in upper case, without blanks and dashes; empty
	// where it can be no number.
	Canonical string
	// Valid: it has a published form, and its check digit is right.
	Valid bool
	// Reason says why it is not valid, in a sentence; empty when it is.
	Reason string
}

// Judge tells whether a number is one of a carrier's by the published forms,
// or, for a family such as dhl or s10, one of a member's. known is false for a
// carrier that the table does not have. Without a carrier ("") it is enough that
// the number is somebody's.
//
// CheckNumber is for registrations and milder: carriers have numbers that nobody
// published.
func (t *Table) Judge(name, number string) (j Judgement, known bool) {
	c := t.asked(name)
	if c == nil {
		return j, false
	}
	if j.Canonical, j.Reason = canonicalNumber(number); j.Reason != "" {
		return j, true
	}
	var wrong *form
	for _, f := range c.forms {
		v := f.judge(j.Canonical)
		if v.right {
			j.Valid = true
			return j, true
		}
		if v.fits {
			wrong = f
		}
	}
	switch {
	case wrong != nil:
		j.Reason = c.wrongDigit(wrong, j.Canonical)
	case len(c.forms) == 0:
		j.Reason = fmt.Sprintf("No form of %s numbers is published.", c.name)
	default:
		j.Reason = c.noForm(j.Canonical)
	}
	return j, true
}

// asked gives the carrier or the family of a name, or all there are for none.
func (t *Table) asked(name string) *carrier {
	if name == "" {
		return t.anybody
	}
	if c := t.bySlug[t.Canonical(name)]; c != nil {
		return c
	}
	return t.families[schemas.CanonicalCarrier(name)]
}

func (c *carrier) wrongDigit(f *form, number string) string {
	if c.slug == "" {
		return fmt.Sprintf("The check digit of %s is wrong, for %s.", number, f.name)
	}
	return fmt.Sprintf("The check digit of %s is wrong; %s numbers have the form %s.", number, c.name, f.name)
}

func (c *carrier) noForm(number string) string {
	if c.slug == "" {
		return number + " has no published form."
	}
	return fmt.Sprintf("%s is no number of %s, such as %s.", number, c.name, c.forms[0].example)
}

// CheckNumber judges a tracking number by its carrier's published forms and
// check digits (rule R2), in any spelling of the two.
//
// When the carrier is unknown, or no form of its numbers is, or the number has
// none of a carrier's that has others besides, known is false and the number
// passes unchecked: to refuse a parcel that exists is worse than to follow one
// that does not. For the same reason a wrong check digit makes a number of such
// a carrier invalid only where the number has the form of nobody else. When
// valid is false, reason says why, in a sentence for the tenant.
func (t *Table) CheckNumber(name, number string) (known, valid bool, reason string) {
	c, ok := t.bySlug[t.Canonical(name)]
	if !ok || len(c.forms) == 0 {
		return false, true, ""
	}
	canonical := schemas.CanonicalNumber(number)
	var wrong *form
	for _, f := range c.forms {
		v := f.judge(canonical)
		if v.right {
			return true, true, ""
		}
		if v.fits {
			wrong = f
		}
	}
	switch {
	case wrong != nil && (!c.formless || !t.fitsAnother(c, canonical)):
		return true, false, c.wrongDigit(wrong, canonical)
	case c.formless:
		return false, true, ""
	}
	return true, false, c.noForm(canonical)
}

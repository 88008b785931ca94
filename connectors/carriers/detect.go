package carriers

import (
	"cmp"
	"math"
	"slices"
)

// Candidate is a carrier that a number could belong to.
type Candidate struct {
	Carrier string `json:"carrier"` // slug, or name of a family
	// Confidence is between 0 and 1: how much the form says by itself, less what
	// others have a claim to.
	Confidence float64 `json:"confidence"`
}

// What a form says by itself. A check digit that is right is right by chance for
// one number in seven to eleven; letters at their places and published values
// make chance rarer.
const (
	strengthProved   = 0.95 // right check digit, and letters or published values
	strengthChecked  = 0.8  // right check digit
	strengthUnlisted = 0.6  // right check digit, and values that nobody published
	strengthMarked   = 0.6  // no check digit, but letters at their places
	strengthDigits   = 0.2  // as many digits as it should have
)

// detector is a form with those who have it.
type detector struct {
	*form

	owners []string            // slugs
	posts  map[string][]string // owners by the letters of the country (S10)
	family string
}

// strength is what a form says of a number that has it.
func (f *form) strength(v verdict) float64 {
	switch {
	case f.check == nil && f.marked:
		return strengthMarked
	case f.check == nil:
		return strengthDigits
	case len(f.lookups) > 0 && !v.known:
		return strengthUnlisted
	case f.marked || len(f.lookups) > 0:
		return strengthProved
	}
	return strengthChecked
}

// Detect lists the carriers that a number could belong to by the published
// forms, the best first; none for what has no form, or a wrong check digit. The
// work is linear in the number's length.
func (t *Table) Detect(number string) []Candidate {
	canonical, reason := canonicalNumber(number)
	if reason != "" {
		return []Candidate{}
	}
	var owned, families claims
	for i := range t.detectors {
		d := &t.detectors[i]
		v := d.judge(canonical)
		if !v.right {
			continue
		}
		strength, owners := d.strength(v), d.ownersOf(canonical)
		for _, slug := range owners {
			owned.add(slug, strength/float64(len(owners)))
		}
		if d.family != "" {
			families.add(d.family, strength)
		}
	}
	return rank(owned, families, t.families)
}

// claims are what forms say for carriers, the strongest of each.
type claims []Candidate

func (c *claims) add(name string, strength float64) {
	for i := range *c {
		if (*c)[i].Carrier == name {
			(*c)[i].Confidence = max((*c)[i].Confidence, strength)
			return
		}
	}
	*c = append(*c, Candidate{name, strength})
}

// rank puts claims in order, each lessened by its share of all. A family has a
// claim of its own only where no member has one.
func rank(carriers, families claims, known map[string]*carrier) []Candidate {
	all := 0.0
	for _, c := range carriers {
		all += c.Confidence
	}
	ofFamilies := make(claims, 0, len(families))
	for _, f := range families {
		members := 0.0
		for _, c := range carriers {
			if slices.Contains(known[f.Carrier].members, c.Carrier) {
				members += c.Confidence
			}
		}
		if members == 0 {
			members = f.Confidence
			all += members
		}
		ofFamilies = append(ofFamilies, Candidate{f.Carrier, members})
	}
	ranked := append(append(make(claims, 0, len(carriers)+len(ofFamilies)), carriers...), ofFamilies...)
	for i := range ranked {
		share := ranked[i].Confidence
		ranked[i].Confidence = math.Round(100*share*share/all) / 100
	}
	slices.SortStableFunc(ranked, func(a, b Candidate) int { return cmp.Compare(b.Confidence, a.Confidence) })
	return ranked
}

func (d *detector) ownersOf(number string) []string {
	if d.posts == nil {
		return d.owners
	}
	return d.posts[lettersOf(number)]
}

// fitsAnother tells whether a number has the form of somebody else's numbers,
// be its check digit right or not.
func (t *Table) fitsAnother(c *carrier, number string) bool {
	return slices.ContainsFunc(t.detectors, func(d detector) bool {
		return d.judge(number).fits && !slices.Contains(d.ownersOf(number), c.slug)
	})
}

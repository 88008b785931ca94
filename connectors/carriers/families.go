package carriers

import (
	_ "embed"
	"fmt"
	"maps"
	"slices"
	"strings"

	"waybill/schemas/yamlfile"
)

//go:embed numbers.yaml
var publishedData []byte

// letters stand in a family's form for those of a member's country.
const letters = "LETTERS"

// published is numbers.yaml; its head says what each field means.
type published struct {
	Families []familyEntry `yaml:"families"`
	Forms    []formEntry   `yaml:"forms"`
}

type familyEntry struct {
	Family  string              `yaml:"family"`
	Name    string              `yaml:"name"`
	Members []string            `yaml:"members"`
	Posts   map[string][]string `yaml:"posts"` // carriers by the letters of their country
	Others  string              `yaml:"others"`
}

// addPublished gives carriers and families the published forms. A carrier that
// the user has described anew has the user's forms alone.
func (t *Table) addPublished(data []byte) error {
	var p published
	if err := yamlfile.Decode(data, &p); err != nil {
		return err
	}
	posts := make(map[string]*familyEntry)
	for i := range p.Families {
		f := &p.Families[i]
		family := &carrier{slug: f.Family, name: f.Name, members: f.Members}
		for _, owners := range f.Posts {
			family.members = append(family.members, owners...)
		}
		if i := slices.IndexFunc(family.members, func(m string) bool { return t.bySlug[m] == nil }); i >= 0 {
			return fmt.Errorf("family %s: there is no carrier %s", f.Family, family.members[i])
		}
		t.families[f.Family] = family
		posts[f.Family] = f
	}
	for i := range p.Forms {
		e := &p.Forms[i]
		if err := t.addForm(e, posts[e.Carrier]); err != nil {
			return fmt.Errorf("numbers of %s, form %s: %w", e.Carrier, e.ID, err)
		}
	}
	for _, f := range p.Families {
		if len(f.Posts) == 0 {
			t.gather(t.families[f.Family])
		}
	}
	return nil
}

// addForm gives a form to its carrier, or to all members of a family.
func (t *Table) addForm(e *formEntry, family *familyEntry) error {
	if family != nil && len(family.Posts) > 0 {
		return t.addPosts(e, family)
	}
	f, err := newForm(e)
	if err != nil {
		return err
	}
	if family == nil {
		c := t.bySlug[e.Carrier]
		if c == nil {
			return fmt.Errorf("there is no carrier %s", e.Carrier)
		}
		if c.builtIn {
			t.give(c, f)
		}
		return nil
	}
	for _, slug := range family.Members {
		if c := t.bySlug[slug]; c.builtIn {
			c.forms = append(c.forms, f)
		}
	}
	t.families[family.Family].forms = append(t.families[family.Family].forms, f)
	t.offer(detector{form: f, owners: family.Members, family: family.Family})
	return nil
}

// addPosts gives each post the form with the letters of its country, and the
// family that with any.
func (t *Table) addPosts(e *formEntry, family *familyEntry) error {
	countries := append(slices.Sorted(maps.Keys(family.Posts)), strings.Fields(family.Others)...)
	all, err := newForm(e.with("of its post", countries[0]))
	if err != nil {
		return err
	}
	all.countries = countries
	t.families[family.Family].forms = append(t.families[family.Family].forms, all)
	t.offer(detector{form: all, posts: family.Posts, family: family.Family})
	for country, slugs := range family.Posts {
		one := *all
		one.name, one.example, one.countries = e.with(country, country).Name, e.with(country, country).Example, []string{country}
		for _, slug := range slugs {
			if c := t.bySlug[slug]; c.builtIn {
				c.forms = append(c.forms, &one)
			}
		}
	}
	return nil
}

// with is the form with the letters of a country.
func (e *formEntry) with(name, example string) *formEntry {
	of := *e
	of.Name = strings.ReplaceAll(e.Name, letters, name)
	of.Example = strings.ReplaceAll(e.Example, letters, example)
	return &of
}

// give takes in a form that one carrier has.
func (t *Table) give(c *carrier, f *form) {
	c.forms = append(c.forms, f)
	t.offer(detector{form: f, owners: []string{c.slug}})
}

// offer makes a form one by which numbers are detected, unless too much has it.
func (t *Table) offer(d detector) {
	if d.detects {
		t.detectors = append(t.detectors, d)
		t.anybody.forms = append(t.anybody.forms, d.form)
	}
}

// gather gives a family the forms of its members, and marks those as its own.
func (t *Table) gather(family *carrier) {
	for i := range t.detectors {
		d := &t.detectors[i]
		if d.family == "" && slices.ContainsFunc(d.owners, func(o string) bool { return slices.Contains(family.members, o) }) {
			d.family = family.slug
			family.forms = append(family.forms, d.form)
		}
	}
}

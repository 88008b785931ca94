package carriers

import (
	_ "embed"
	"fmt"
	"maps"
	"os"
	"time"

	"waybill/schemas"
	"waybill/schemas/yamlfile"
)

//go:embed carriers.yaml
var defaultData []byte

// file is carriers.yaml; its head says what each field means.
type file struct {
	Carriers []entry `yaml:"carriers"`
}

type entry struct {
	Carrier       string         `yaml:"carrier"`
	Name          string         `yaml:"name"`
	Aliases       []string       `yaml:"aliases"`
	Numbers       []formEntry    `yaml:"numbers"`
	OtherNumbers  string         `yaml:"other_numbers"`
	Pushes        bool           `yaml:"pushes"`
	Polled        bool           `yaml:"polled"`
	Zone          string         `yaml:"zone"`
	Products      []productEntry `yaml:"products"`
	OtherProducts string         `yaml:"other_products"`
}

// Default reads the table that this build carries.
func Default() (*Table, error) { return Load("") }

// Load reads the table that this build carries and puts the carriers of a file
// of the user's own into it: an entry takes the place of the built-in one with
// the same slug, as a whole, and others are added. Without a path ("") only the
// built-in table counts.
func Load(path string) (*Table, error) {
	tables := [][]byte{defaultData}
	if path != "" {
		data, err := os.ReadFile(path)
		if err != nil {
			return nil, fmt.Errorf("reading the carrier table: %w", err)
		}
		tables = [][]byte{data, defaultData}
	}
	t, err := parse(tables...)
	if err == nil {
		err = t.addPublished(publishedData)
	}
	if err != nil {
		return nil, fmt.Errorf("reading the carrier table %s: %w", path, err)
	}
	return t, nil
}

// Parse reads a table in the form of carriers.yaml, without the published forms
// of numbers.yaml. It refuses unknown keys, a
// name that stands for two carriers, and a form whose own example fails.
func Parse(data []byte) (*Table, error) {
	t, err := parse(data)
	if err != nil {
		return nil, fmt.Errorf("reading the carrier table: %w", err)
	}
	return t, nil
}

// parse makes one table of several; what stands in an earlier one counts.
func parse(tables ...[]byte) (*Table, error) {
	t := &Table{bySlug: make(map[string]*carrier), alias: make(map[string]string), families: make(map[string]*carrier), anybody: &carrier{}}
	for i, data := range tables {
		var f file
		if err := yamlfile.Decode(data, &f); err != nil {
			return nil, err
		}
		earlier := maps.Clone(t.bySlug)
		for _, e := range f.Carriers {
			if earlier[e.Carrier] != nil {
				continue
			}
			if err := t.add(&e); err != nil {
				return nil, err
			}
			t.bySlug[e.Carrier].builtIn = i == len(tables)-1
		}
	}
	return t, nil
}

func (t *Table) add(e *entry) error {
	c := &carrier{slug: e.Carrier, name: e.Name, pushes: e.Pushes, polled: e.Polled, zone: e.Zone}
	if _, err := time.LoadLocation(e.Zone); err != nil {
		return fmt.Errorf("carrier %s: zone %q: %w", e.Carrier, e.Zone, err)
	}
	for i := range e.Numbers {
		made, err := newForm(&e.Numbers[i])
		if err != nil {
			return fmt.Errorf("carrier %s, form %q: %w", e.Carrier, e.Numbers[i].Name, err)
		}
		t.give(c, made)
	}
	switch e.OtherNumbers {
	case "", "refused":
	case "unchecked":
		c.formless = true
	default:
		return fmt.Errorf("carrier %s: other_numbers is %q; it is refused or unchecked", e.Carrier, e.OtherNumbers)
	}
	if err := c.addProducts(e.Products, e.OtherProducts); err != nil {
		return fmt.Errorf("carrier %s: %w", e.Carrier, err)
	}
	return t.addNames(c, e.Aliases)
}

func (t *Table) addNames(c *carrier, aliases []string) error {
	if c.slug == "" || c.slug != schemas.CanonicalCarrier(c.slug) {
		return fmt.Errorf("the slug %q is empty or not canonical: lower case with dashes is wanted", c.slug)
	}
	t.bySlug[c.slug] = c
	for _, name := range append([]string{c.slug}, aliases...) {
		spelled := schemas.CanonicalCarrier(name)
		if other, taken := t.alias[spelled]; taken {
			return fmt.Errorf("the name %q stands for %s and for %s", name, other, c.slug)
		}
		t.alias[spelled] = c.slug
	}
	return nil
}

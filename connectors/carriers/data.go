package carriers

import (
	_ "embed"
	"errors"
	"fmt"
	"maps"
	"os"
	"regexp"

	"waybill/schemas"
	"waybill/schemas/yamlfile"
)

//go:embed carriers.yaml
var defaultData []byte

// form is one form of a carrier's numbers.
type form struct {
	name    string
	example string
	pattern *regexp.Regexp
	check   func(number string) bool // nil: no check digit
}

// file is carriers.yaml; its head says what each field means.
type file struct {
	Carriers []entry `yaml:"carriers"`
}

type entry struct {
	Carrier string   `yaml:"carrier"`
	Name    string   `yaml:"name"`
	Aliases []string `yaml:"aliases"`
	Numbers []struct {
		Name    string `yaml:"name"`
		Regex   string `yaml:"regex"`
		Example string `yaml:"example"`
		Check   string `yaml:"check"`
	} `yaml:"numbers"`
	OtherNumbers  string         `yaml:"other_numbers"`
	Polled        bool           `yaml:"polled"`
	Products      []productEntry `yaml:"products"`
	OtherProducts string         `yaml:"other_products"`
}

// Default reads the table that this build carries.
func Default() (*Table, error) { return Parse(defaultData) }

// Load reads the table that this build carries and puts the carriers of a file
// of the user's own into it: an entry takes the place of the built-in one with
// the same slug, as a whole, and others are added. Without a path ("") only the
// built-in table counts.
func Load(path string) (*Table, error) {
	if path == "" {
		return Default()
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("reading the carrier table: %w", err)
	}
	t, err := parse(data, defaultData)
	if err != nil {
		return nil, fmt.Errorf("reading the carrier table %s: %w", path, err)
	}
	return t, nil
}

// Parse reads a table in the form of carriers.yaml. It refuses unknown keys, a
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
	t := &Table{bySlug: make(map[string]*carrier), alias: make(map[string]string)}
	for _, data := range tables {
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
		}
	}
	return t, nil
}

func (t *Table) add(e *entry) error {
	c := &carrier{slug: e.Carrier, name: e.Name, polled: e.Polled}
	for _, n := range e.Numbers {
		made, err := newForm(n.Name, n.Regex, n.Example, n.Check)
		if err != nil {
			return fmt.Errorf("carrier %s, form %q: %w", e.Carrier, n.Name, err)
		}
		c.forms = append(c.forms, made)
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

func newForm(name, regex, example, check string) (form, error) {
	f := form{name: name, example: example}
	var err error
	if f.pattern, err = regexp.Compile(`\A(?:` + regex + `)\z`); err != nil {
		return form{}, err
	}
	if check != "" {
		if f.check = checkOf(check); f.check == nil {
			return form{}, fmt.Errorf("there is no check digit arithmetic %q", check)
		}
	}
	number := schemas.CanonicalNumber(example)
	if !f.pattern.MatchString(number) {
		return form{}, fmt.Errorf("its example %q does not fit its regex", example)
	}
	if f.check != nil && !f.check(number) {
		return form{}, errors.New("its example has a wrong check digit")
	}
	return f, nil
}

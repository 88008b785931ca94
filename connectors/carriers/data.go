package carriers

import (
	_ "embed"
	"errors"
	"fmt"
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
	Carriers []struct {
		Carrier string   `yaml:"carrier"`
		Name    string   `yaml:"name"`
		Aliases []string `yaml:"aliases"`
		Numbers []struct {
			Name    string `yaml:"name"`
			Regex   string `yaml:"regex"`
			Example string `yaml:"example"`
			Check   string `yaml:"check"`
		} `yaml:"numbers"`
		Products      []productEntry `yaml:"products"`
		OtherProducts string         `yaml:"other_products"`
	} `yaml:"carriers"`
}

// Default reads the table that this build carries.
func Default() (*Table, error) { return Parse(defaultData) }

// Parse reads a table in the form of carriers.yaml. It refuses unknown keys, a
// name that stands for two carriers, and a form whose own example fails.
func Parse(data []byte) (*Table, error) {
	var f file
	if err := yamlfile.Decode(data, &f); err != nil {
		return nil, fmt.Errorf("reading the carrier table: %w", err)
	}
	t := &Table{bySlug: make(map[string]*carrier), alias: make(map[string]string)}
	for _, entry := range f.Carriers {
		c := &carrier{slug: entry.Carrier, name: entry.Name}
		for _, n := range entry.Numbers {
			made, err := newForm(n.Name, n.Regex, n.Example, n.Check)
			if err != nil {
				return nil, fmt.Errorf("reading the carrier table: carrier %s, form %q: %w", entry.Carrier, n.Name, err)
			}
			c.forms = append(c.forms, made)
		}
		if err := c.addProducts(entry.Products, entry.OtherProducts); err != nil {
			return nil, fmt.Errorf("reading the carrier table: carrier %s: %w", entry.Carrier, err)
		}
		if err := t.add(c, entry.Aliases); err != nil {
			return nil, fmt.Errorf("reading the carrier table: %w", err)
		}
	}
	return t, nil
}

func (t *Table) add(c *carrier, aliases []string) error {
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

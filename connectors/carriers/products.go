package carriers

import (
	"fmt"
	"strings"

	"waybill/schemas"
)

// product is a service that a carrier sells.
type product struct {
	name    string
	tracked bool
}

// productEntry is a product as carriers.yaml has it.
type productEntry struct {
	Name    string   `yaml:"name"`
	Tokens  []string `yaml:"tokens"`
	Tracked *bool    `yaml:"tracked"`
}

// What carriers.yaml says of products that it does not list.
const (
	othersTracked   = "tracked"
	othersUntracked = "untracked"
)

// Tracked judges a product of a carrier (rule R3), in any spelling of the two;
// service is nil when none is named, which passes. A product is looked for by
// its token, then by its name.
//
// When the carrier is not in the table, known is false and the product passes.
// When tracked is false, reason says why, in a sentence for the tenant.
func (t *Table) Tracked(name string, service *schemas.ServiceLevel) (known, tracked bool, reason string) {
	c, known := t.bySlug[t.Canonical(name)]
	if !known || service == nil || service.Token == "" && service.Name == "" {
		return known, true, ""
	}
	for _, asked := range []string{service.Token, service.Name} {
		if p := c.products[foldProduct(asked)]; p != nil && asked != "" {
			if p.tracked {
				return true, true, ""
			}
			return true, false, fmt.Sprintf("%s does not track parcels of its service %s.", c.name, p.name)
		}
	}
	if !c.listedOnly {
		return true, true, ""
	}
	asked := service.Name
	if asked == "" {
		asked = service.Token
	}
	return true, false, fmt.Sprintf("%s is not among the services of %s that are tracked.", asked, c.name)
}

// foldProduct makes spellings of a product equal: case, and what separates
// words.
func foldProduct(name string) string {
	words := strings.FieldsFunc(strings.ToLower(name), func(r rune) bool { return strings.ContainsRune(" _-\t", r) })
	return strings.Join(words, " ")
}

func (c *carrier) addProducts(entries []productEntry, others string) error {
	switch others {
	case "", othersTracked:
	case othersUntracked:
		c.listedOnly = true
	default:
		return fmt.Errorf("other_products is %q; it is %s or %s", others, othersTracked, othersUntracked)
	}
	c.products = make(map[string]*product, len(entries))
	for _, e := range entries {
		if e.Name == "" || e.Tracked == nil {
			return fmt.Errorf("the product %q lacks its name or tracked: yes or no", e.Name)
		}
		p := &product{name: e.Name, tracked: *e.Tracked}
		for _, name := range append([]string{e.Name}, e.Tokens...) {
			folded := foldProduct(name)
			if other := c.products[folded]; folded == "" || other != nil && other != p {
				return fmt.Errorf("the product name %q is empty or stands for two products", name)
			}
			c.products[folded] = p
		}
	}
	return nil
}

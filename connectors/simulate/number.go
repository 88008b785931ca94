package simulate

import (
	"fmt"
	"slices"
	"strings"

	"waybill/connectors/carriers"
)

// ownCarrier is the slug of the simulator's own carrier.
const ownCarrier = "sim"

// numbering makes tracking numbers of a carrier: a prefix, a serial number, a
// check digit and a suffix.
type numbering struct {
	slug, prefix, suffix string
	digits               int
	table                *carriers.Table
}

// knownNumberings has the simulator's own carrier first. The letters ZZ of its
// numbers are no country's, so that no parcel of the world has one; those of
// others may be somebody's.
func knownNumberings() []numbering {
	return []numbering{
		{slug: ownCarrier, prefix: "S", suffix: "ZZ", digits: 8},
		{slug: "royal-mail", prefix: "JV", suffix: "GB", digits: 8},
		{slug: "usps", prefix: "LZ", suffix: "US", digits: 8},
		{slug: "ups", prefix: "1ZSIM00103", digits: 7},
		{slug: "fedex", prefix: "77", digits: 9},
		{slug: "dhl-express", prefix: "3", digits: 8},
	}
}

// Carriers lists the carriers that parcels can be of.
func Carriers() []string {
	var slugs []string
	for _, n := range knownNumberings() {
		slugs = append(slugs, n.slug)
	}
	return slugs
}

func numberings(slugs []string) ([]*numbering, error) {
	table, err := carriers.Default()
	if err != nil {
		return nil, err
	}
	if len(slugs) == 0 {
		slugs = []string{ownCarrier}
	}
	known := knownNumberings()
	made := make([]*numbering, 0, len(slugs))
	for _, slug := range slugs {
		i := slices.IndexFunc(known, func(n numbering) bool { return n.slug == slug })
		if i < 0 {
			return nil, fmt.Errorf("there are no numbers of the carrier %q; there are those of %s", slug, strings.Join(Carriers(), ", "))
		}
		n := known[i]
		n.table = table
		made = append(made, &n)
	}
	return made, nil
}

// make makes the number of a parcel, or one with a wrong check digit.
func (n *numbering) make(seed uint64, index int, wrong bool) string {
	modulo := uint64(1)
	for range n.digits {
		modulo *= 10
	}
	prefix := n.prefix
	if n.slug == ownCarrier {
		prefix += string('A' + rune(seed%26))
	}
	prefix += fmt.Sprintf("%0*d", n.digits, (seed*7919+uint64(index))%modulo)
	number := ""
	for digit := range 10 {
		number = fmt.Sprintf("%s%d%s", prefix, digit, n.suffix)
		if _, valid, _ := n.table.CheckNumber(n.slug, number); valid != wrong {
			break
		}
	}
	return number
}

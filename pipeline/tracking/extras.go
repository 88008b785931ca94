package tracking

import "waybill/schemas"

// extras is what a registration gives and no rule decides by (R1).
type extras struct {
	tags     []string
	shipDate string
	account  string // at the carrier, for polls (D8)
}

func (x *extras) any() bool { return len(x.tags) > 0 || x.shipDate != "" || x.account != "" }

// maxTags is how many tags of a registration are kept.
const maxTags = schemas.MaxTags

func clipTags(tags []string) []string {
	var kept []string
	for _, tag := range tags[:min(len(tags), maxTags)] {
		if tag = clip(tag, maxName); tag != "" {
			kept = append(kept, tag)
		}
	}
	return kept
}

func layoutExtras(c *coder, x *extras) {
	list(c, &x.tags, func(c *coder, tag *string) { c.string(tag) })
	c.string(&x.shipDate)
	c.string(&x.account)
}

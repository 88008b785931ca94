package grants

import (
	"encoding/xml"
	"fmt"
	"regexp"
	"strconv"

	"waybill/analytics"
)

// elementName is what a database must be called to be named in a file of users.
var elementName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_-]*$`)

// XML gives a file for the folder users.d, where a server has its users in files,
// as the embedded engine has. It holds the user, its profile and its quota, all
// of one name.
func (g *Grant) XML() (string, error) {
	if !elementName.MatchString(g.Database) {
		return "", fmt.Errorf("granting: a file of users cannot name the database %q; it may have letters, digits and _", g.Database)
	}
	own := func(children ...element) element { return element{name: g.User, children: children} }
	file := element{name: "clickhouse", children: []element{
		{name: "profiles", children: []element{own(profile()...)}},
		{name: "quotas", children: []element{own(element{name: "interval", children: []element{
			text("duration", "3600"), text("execution_time", strconv.Itoa(secondsAnHour)),
		}})}},
		{name: "users", children: []element{own(g.user()...)}},
	}}
	out, err := xml.MarshalIndent(file, "", "  ")
	if err != nil {
		return "", fmt.Errorf("writing the grant of %s: %w", g.User, err)
	}
	return string(out) + "\n", nil
}

func (g *Grant) user() []element {
	networks := element{name: "networks"}
	for _, host := range g.Hosts {
		networks.children = append(networks.children, text("ip", host.String()))
	}
	if len(g.Hosts) == 0 {
		networks.children = []element{text("ip", "127.0.0.1"), text("ip", "::1")}
	}
	rights, filters := element{name: "grants"}, element{name: g.Database}
	for _, name := range Readable() {
		rights.children = append(rights.children, text("query", "GRANT SELECT ON "+analytics.QuoteName(g.Database)+"."+name))
		filters.children = append(filters.children, element{name: name, children: []element{text("filter", g.filter())}})
	}
	return []element{
		text("password_sha256_hex", g.digest()), networks, text("profile", g.User), text("quota", g.User), text("default_database", g.Database),
		rights, {name: "databases", children: []element{filters}},
	}
}

func profile() []element {
	var all []element
	bounds := element{name: "constraints"}
	for _, s := range settings() {
		value := strconv.Itoa(s.value)
		all = append(all, text(s.name, value))
		bound := element{name: s.name, children: []element{{name: "const"}}}
		if !s.fixed {
			bound.children = []element{text("min", "1"), text("max", value)}
		}
		bounds.children = append(bounds.children, bound)
	}
	return append(all, bounds)
}

// element is one of XML.
type element struct {
	name     string
	text     string
	children []element
}

func text(name, content string) element { return element{name: name, text: content} }

// MarshalXML writes it under its name.
func (e element) MarshalXML(to *xml.Encoder, _ xml.StartElement) error {
	begin := xml.StartElement{Name: xml.Name{Local: e.name}}
	if len(e.children) == 0 {
		return to.EncodeElement(e.text, begin)
	}
	return to.EncodeElement(struct {
		Children []element `xml:"child"`
	}{e.children}, begin)
}

package main

import (
	"os"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"

	"waybill/internal/knowledge"
)

type carriersListCmd struct{ formatFlag }

func (*carriersListCmd) Help() string {
	return `Lists what is known of each carrier: the slug, by which keys and tables name it, what sources call it, the ways in which news of
its parcels come (push: it calls us; poll: we ask it), the forms of its numbers, and the zone of its clocks where it is one.

Example:

    waybill carriers list
    waybill carriers list --carriers my-carriers.yaml --format json`
}

func (c *carriersListCmd) Run(g *globals) error {
	knows, err := knowledge.Load(g.settings.Knowledge)
	if err != nil {
		return err
	}
	facts := knows.Carriers.Facts()
	if c.json() {
		return printJSON(map[string]any{"carriers": facts})
	}
	t := newTable(os.Stdout, "carrier", "name", "also named", "ways", "numbers", "zone")
	for _, f := range facts {
		var forms []string
		for _, n := range f.Numbers {
			forms = append(forms, n.Name)
		}
		t.AppendRow(table.Row{f.Carrier, f.Name, strings.Join(f.Aliases, ", "), strings.Join(f.Ways, ", "), strings.Join(forms, "; "), f.Zone})
	}
	t.Render()
	return nil
}

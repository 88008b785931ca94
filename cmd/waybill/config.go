package main

import (
	"fmt"
	"os"

	"github.com/jedib0t/go-pretty/v6/table"

	"waybill/internal/config"
)

type configCmd struct {
	Check configCheckCmd `cmd:"" help:"Print the effective settings, secrets masked, and warnings."`
}

type configCheckCmd struct{ formatFlag }

func (*configCheckCmd) Help() string {
	return `Settings come from the YAML file of --config, then the environment, then flags; the last wins.

Example:

    waybill config check --config waybill.yaml`
}

func (c *configCheckCmd) Run(g *globals) error {
	values, warnings := config.Effective(g.model), g.settings.Warnings()
	if c.json() {
		return printJSON(map[string]any{"settings": values, "warnings": list(warnings)})
	}
	t := newTable(os.Stdout, "setting", "value", "default", "environment")
	for _, v := range values {
		t.AppendRow(table.Row{v.Name, v.Value, v.Default, v.Env})
	}
	t.Render()
	for _, w := range warnings {
		fmt.Println("warning:", w)
	}
	return nil
}

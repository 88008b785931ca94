package main

import (
	"errors"
	"fmt"
	"os"
	"reflect"

	"github.com/alecthomas/kong"
	"github.com/jedib0t/go-pretty/v6/table"

	"waybill/internal/config"
)

type configCmd struct {
	Check configCheckCmd `cmd:"" help:"Print the effective settings and where each comes from, warnings and errors."`
}

type configCheckCmd struct {
	formatFlag

	wrong config.SettingsError
}

func (*configCheckCmd) Help() string {
	return `Settings come from the YAML file of --config, then the environment, then flags; the last wins. Secrets are masked. All that is
wrong is said at once, files and folders that are not there included; then the exit code is 2. The values of settings that are
wrong are their defaults.

Examples:

    waybill config check --config waybill.yaml
    waybill config check --format json`
}

func (c *configCheckCmd) Run(g *globals) error {
	if missing, ok := errors.AsType[config.SettingsError](g.settings.CheckDisk()); ok {
		c.wrong = append(c.wrong, missing...)
	}
	if err := c.print(g.settings.Values(), g.settings.Warnings()); err != nil {
		return err
	}
	if len(c.wrong) > 0 {
		return wrongUseError{c.wrong}
	}
	return nil
}

func (c *configCheckCmd) print(values []config.Value, warnings []string) error {
	if c.json() {
		return printJSON(map[string]any{"settings": values, "warnings": list(warnings), "errors": list(c.wrong)})
	}
	t := newTable(os.Stdout, "setting", "value", "from", "default", "environment")
	for _, v := range values {
		t.AppendRow(table.Row{v.Name, v.Value, v.Source, v.Default, v.Env})
	}
	t.Render()
	for _, w := range warnings {
		fmt.Println("warning:", w)
	}
	return nil
}

// checksSettings lets `config check` run with settings that are wrong, for it
// is what tells of them. It returns whether that is what was called.
func checksSettings(err error) (*kong.Context, bool) {
	wrong, ok := errors.AsType[config.SettingsError](err)
	parse, parsed := errors.AsType[*kong.ParseError](err)
	if !ok || !parsed {
		return nil, false
	}
	command := parse.Context.Selected()
	if command == nil {
		return nil, false
	}
	check, ok := reflect.TypeAssert[*configCheckCmd](command.Target.Addr())
	if !ok {
		return nil, false
	}
	check.wrong = wrong
	return parse.Context, true
}

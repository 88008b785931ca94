package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/alecthomas/kong"

	"waybill/connectors/simulate"
	"waybill/connectors/simulate/shape"
	"waybill/internal/config"
	"waybill/internal/embedded"
	"waybill/internal/roles"
)

// helpWidth is the widest that help is set, in columns: longer lines are hard
// to read.
const helpWidth = 100

// newParser builds the parser of the command line. Settings can also come from
// a file and from the environment; what belongs to one command cannot.
func newParser(c *cli, more ...kong.Option) (*kong.Kong, error) {
	options := []kong.Option{
		kong.Name("waybill"),
		kong.Description("Tracks shipments: orders carrier events, drops duplicates, sends webhooks, reports delays and exceptions."),
		kong.Vars{"acl_parts": aclParts(), "faults": simulate.FaultNames(), "roles": strings.Join(roles.Names(), ", "), "shapes": strings.Join(shape.Names(), ", ")},
		kong.Help(printHelp),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, FlagsLast: true, WrapUpperBound: helpWidth}),
	}
	options = append(options, c.Options(embedded.LibraryEnv)...)
	return kong.New(c, append(options, more...)...)
}

// printHelp leaves the settings out of a command's help, where they would bury
// what is the command's own. For `up` they are its own.
func printHelp(options kong.HelpOptions, ctx *kong.Context) error {
	command := ctx.Selected()
	elsewhere := command != nil && command.Name != "up"
	if elsewhere {
		for _, flag := range ctx.Model.Flags {
			flag.Hidden = flag.Hidden || flag.Name != "help"
		}
	}
	if err := kong.DefaultHelpPrinter(options, ctx); err != nil {
		return err
	}
	if !elsewhere {
		return nil
	}
	_, err := fmt.Fprintln(ctx.Stdout, "\nSettings such as --kafka-brokers go with every command: `waybill --help` lists them.")
	return err
}

// readOn says where to read about what was wrong.
func readOn(err error) string {
	if _, ok := errors.AsType[config.SettingsError](err); ok {
		return "Run `waybill --help` for the settings, `waybill config check` for what they are now."
	}
	about := "waybill"
	if wrong, ok := errors.AsType[*kong.ParseError](err); ok && wrong.Context != nil {
		if command := wrong.Context.Selected(); command != nil {
			about = command.FullPath()
		}
	}
	return "Run `" + about + " --help`."
}

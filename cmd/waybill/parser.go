package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/alecthomas/kong"

	"waybill/connectors/simulate"
	"waybill/connectors/simulate/shape"
	"waybill/internal/config"
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
		kong.Vars{"faults": simulate.FaultNames(), "shapes": strings.Join(shape.Names(), ", ")},
		kong.PostBuild(settingsFromEnvironment),
		kong.Configuration(config.Load),
		kong.Help(printHelp),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, FlagsLast: true, WrapUpperBound: helpWidth}),
	}
	return kong.New(c, append(options, more...)...)
}

// settingsFromEnvironment names a variable for each setting. A command's own
// flags get none, unless they say so: WAYBILL_FORMAT would change every script
// on the machine.
func settingsFromEnvironment(k *kong.Kong) error {
	for _, flag := range k.Model.Flags {
		if flag.Name == "help" {
			continue
		}
		flag.Envs = []string{"WAYBILL_" + strings.ToUpper(strings.ReplaceAll(flag.Name, "-", "_"))}
		flag.Tag.Envs = flag.Envs
	}
	return nil
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

// nearestCommand returns the command that a wrong command line was about.
func nearestCommand(err error) string {
	if wrong, ok := errors.AsType[*kong.ParseError](err); ok && wrong.Context != nil {
		if command := wrong.Context.Selected(); command != nil {
			return command.FullPath()
		}
	}
	return "waybill"
}

package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"waybill/internal/config"
	"waybill/internal/embedded"
	"waybill/schemas"
)

// version is set by the linker, which can set nothing but a variable.
var version = "unknown"

// Exit codes.
const (
	exitDone     = 0
	exitFailed   = 1
	exitWrongUse = 2
)

func main() {
	if len(os.Args) > 1 && os.Args[1] == embedded.EngineCommand {
		os.Exit(embedded.RunEngine(os.Args[2:]))
	}
	if len(os.Args) > 1 && os.Args[1] == completeCommand {
		os.Exit(runComplete(os.Stdout, os.Args[2:]))
	}
	os.Exit(run(os.Args[1:]))
}

// cli is the whole command line.
type cli struct {
	config.Settings

	Up          upCmd          `cmd:"" help:"Run everything on this machine."`
	Run         runCmd         `cmd:"" help:"Run some roles, on a Kafka and a ClickHouse that are there."`
	Demo        demoCmd        `cmd:"" help:"Play real shipments through everything and check every number."`
	Ingest      ingestCmd      `cmd:"" help:"Publish files of registrations and carrier events."`
	Normalize   normalizeCmd   `cmd:"" help:"Print the carrier events that a payload of a carrier or a platform stands for."`
	Poll        pollCmd        `cmd:"" help:"Ask a carrier about a parcel once, with an account, and print what it tells."`
	Simulate    simulateCmd    `cmd:"" help:"Make parcels with a known truth."`
	Score       scoreCmd       `cmd:"" help:"Measure the rules against a known truth, beside four others."`
	Sizing      sizingCmd      `cmd:"" help:"Say what a number of parcels a day needs: cores, partitions, memory, disk."`
	Register    registerCmd    `cmd:"" help:"Ask for a parcel to be followed."`
	Shipment    shipmentCmd    `cmd:"" help:"Act on a parcel by hand: stop, close, correct, acknowledge, change-carrier, retract."`
	Track       trackCmd       `cmd:"" help:"Show a parcel as it now stands."`
	Explain     explainCmd     `cmd:"" help:"Tell for each raw event of a parcel what became of it, and why."`
	Endpoints   endpointsCmd   `cmd:"" help:"Manage the places that get webhooks."`
	Keys        keysCmd        `cmd:"" help:"Make keys for the HTTP API."`
	Accounts    accountsCmd    `cmd:"" name:"accounts" help:"Check the accounts at carriers and platforms."`
	Inbound     inboundCmd     `cmd:"" help:"Try out the webhooks of carriers and platforms."`
	Listen      listenCmd      `cmd:"" help:"Receive webhooks on this machine, verify and print them."`
	Secrets     secretsCmd     `cmd:"" help:"Make and list the keys that seal endpoints' secrets."`
	Attempts    attemptsCmd    `cmd:"" help:"List attempts at webhooks, newest first."`
	Redeliver   redeliverCmd   `cmd:"" help:"Send webhooks again: by id, parcel, endpoint, status or time."`
	Audit       auditCmd       `cmd:"" help:"Tell who did what, when, and how it ended."`
	Report      reportCmd      `cmd:"" help:"Run a report; alone, list the reports."`
	Carriers    carriersCmd    `cmd:"" help:"List carriers, and check tracking numbers against the published forms."`
	Maps        mapsCmd        `cmd:"" help:"List, show and check the maps from raw codes to the status model and back."`
	Remap       remapCmd       `cmd:"" help:"Show what other maps would have made of history."`
	Topics      topicsCmd      `cmd:"" help:"Create or check the topics."`
	Schemas     schemasCmd     `cmd:"" help:"List and show the schemas, and check and register them in a schema registry."`
	Reshard     reshardCmd     `cmd:"" help:"Move a job to more partitions, while its instances are stopped."`
	Baselines   baselinesCmd   `cmd:"" help:"Build, list and show what is usual on each lane."`
	Analytics   analyticsCmd   `cmd:"" help:"Let tenants ask ClickHouse themselves."`
	Migrate     migrateCmd     `cmd:"" help:"Bring ClickHouse's tables up to date."`
	DeadLetters deadLettersCmd `cmd:"" help:"List, show and send again what could not be read."`
	ConfigCmd   configCmd      `cmd:"" name:"config" help:"Check the settings."`
	Health      healthCmd      `cmd:"" help:"Ask a running waybill on this machine whether it is ready."`
	Completion  completionCmd  `cmd:"" help:"Print a script that completes command lines, for a shell."`
	Version     versionCmd     `cmd:"" help:"Print the version."`
}

// globals is what every command is handed.
type globals struct {
	settings *config.Settings
	log      *slog.Logger
	kept     []schemas.AuditEntry // of what is made when a process starts
}

func run(args []string) int {
	var c cli
	parser, err := newParser(&c)
	if err != nil {
		fmt.Fprintln(os.Stderr, "waybill: building the command line:", err)
		return exitFailed
	}
	command, err := parser.Parse(args)
	if check, ok := checksSettings(err); ok {
		command, err = check, nil
	}
	if err != nil {
		fmt.Fprintf(os.Stderr, "waybill: %v\n%s\n", err, readOn(err))
		return exitWrongUse
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second signal ends the process at once
	command.BindTo(ctx, (*context.Context)(nil))
	err = command.Run(&globals{settings: &c.Settings, log: c.Log.Logger()})
	return exitCode(advise(err, &c.Settings))
}

// wrongUseError is an error that the caller can mend by another command line.
type wrongUseError struct{ error }

func exitCode(err error) int {
	if err == nil {
		return exitDone
	}
	fmt.Fprintln(os.Stderr, "waybill:", err)
	if _, ok := errors.AsType[wrongUseError](err); ok {
		return exitWrongUse
	}
	return exitFailed
}
